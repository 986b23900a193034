"""What all interfaces for programs share: who comes in, how things are read and refused, what is done only once."""

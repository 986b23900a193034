"""The data managers' side of releases: assess, read the risk, coarsen, sign, decide; and the policy."""

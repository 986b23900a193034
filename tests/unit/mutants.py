"""Mutants of a module: the same source with one operator, constant or condition changed, run in this process."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from types import ModuleType

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
}


def mutants_of(module: ModuleType) -> Iterator[tuple[str, ModuleType | None]]:
    """Yield every mutant as (what was changed, the module); None where it cannot even be imported."""
    with open(str(module.__file__), encoding="utf-8") as file:
        tree = ast.parse(file.read())
    for number in range(len(list(_places(tree)))):
        mutant = deepcopy(tree)
        what = _change(list(_places(mutant))[number])
        yield f"{module.__name__}: {what}", _run(module, mutant)


def _run(module: ModuleType, tree: ast.Module) -> ModuleType | None:
    mutant = ModuleType(module.__name__)
    mutant.__file__ = module.__file__
    try:
        exec(compile(ast.fix_missing_locations(tree), str(module.__file__), "exec"), mutant.__dict__)  # noqa: S102
    except Exception:  # noqa: BLE001 - whatever stops the import kills the mutant
        return None
    return mutant


def _places(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that can be changed, annotations apart, in a fixed order."""
    ignored = {id(child) for node in ast.walk(tree) for part in _annotations(node) for child in ast.walk(part)}
    for node in ast.walk(tree):
        if id(node) not in ignored and _can_change(node):
            yield node


def _annotations(node: ast.AST) -> list[ast.AST]:
    names = ("annotation", "returns")
    return [part for name in names if isinstance(part := getattr(node, name, None), ast.AST)]


def _can_change(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return type(node.ops[0]) in SWAPPED
    if isinstance(node, ast.BoolOp | ast.BinOp):
        return type(node.op) in SWAPPED
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bool | int)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    return isinstance(node, ast.If | ast.IfExp) and not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp)


def _change(node: ast.AST) -> str:
    before = f"line {getattr(node, 'lineno', 0)}: {ast.unparse(node)[:70]!r}"
    if isinstance(node, ast.Compare):
        node.ops[0] = SWAPPED[type(node.ops[0])]()  # type: ignore[call-overload]
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        node.op = SWAPPED[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]
    elif isinstance(node, ast.UnaryOp):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)
    elif isinstance(node, ast.If | ast.IfExp):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    return f"{before} -> {ast.unparse(node)[:70]!r}"

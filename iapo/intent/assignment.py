"""The best way to give each row a column of its own: maximum-weight bipartite assignment.

The Hungarian method with potentials, O(rows^2 * columns); H. W. Kuhn, "The Hungarian method for
the assignment problem", 1955.
"""

from __future__ import annotations

from collections.abc import Sequence


def best_assignment(weights: Sequence[Sequence[float]]) -> list[int | None]:
    """Choose columns so that the sum of weights is greatest.

    Args:
        weights: weights[row][column] >= 0; every row has as many columns.

    Returns:
        For each row its column, or None where the columns do not suffice. Deterministic.
    """
    rows = len(weights)
    columns = len(weights[0]) if rows else 0
    if not columns:
        return [None] * rows
    size = max(rows, columns)  # more rows than columns: pad with columns that are worth nothing
    infinity = float("inf")
    row_potential = [0.0] * (rows + 1)
    column_potential = [0.0] * (size + 1)
    owner = [0] * (size + 1)
    for row in range(1, rows + 1):
        owner[0] = row
        column = 0
        shortest = [infinity] * (size + 1)
        previous = [0] * (size + 1)
        done = [False] * (size + 1)
        while True:
            done[column] = True
            here, delta, following = owner[column], infinity, 0
            for j in range(1, size + 1):
                if done[j]:
                    continue
                weight = weights[here - 1][j - 1] if j <= columns else 0.0
                cost = -weight - row_potential[here] - column_potential[j]
                if cost < shortest[j]:
                    shortest[j], previous[j] = cost, column
                if shortest[j] < delta:
                    delta, following = shortest[j], j
            for j in range(size + 1):
                if done[j]:
                    row_potential[owner[j]] += delta
                    column_potential[j] -= delta
                else:
                    shortest[j] -= delta
            column = following
            if owner[column] == 0:
                break
        while column:
            owner[column] = owner[previous[column]]
            column = previous[column]
    chosen: list[int | None] = [None] * rows
    for j in range(1, columns + 1):
        if owner[j]:
            chosen[owner[j] - 1] = j - 1
    return chosen

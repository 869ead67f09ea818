"""The plan of a job: which stages run, in what order, with what weight.

Plain data, stored in the job when it is created: a deploy cannot change a running job, because
the plan it runs by is its own row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

Queue = Literal["cpu", "llm", "speech", "render", "callback", "maintenance"]


class Node(BaseModel):
    """One stage of one job."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    """Unique in the plan: ``store`` or, for a scene, ``render_avatar[scene-2]``."""
    stage: str
    """Name of the stage function: ``render_avatar``."""
    queue: Queue
    label: str
    """What a person reads while it runs: ``Generating voiceover...``."""
    needs: tuple[str, ...] = ()
    scene: int | None = None
    """1-based; None for stages of the whole job."""
    weight: float = 1.0
    """Share of the progress bar, relative to the other nodes."""
    gate: str | None = None
    """Name of the approval that must be given after this stage, ``script``; None: go on."""
    max_attempts: int = 3
    timeout_s: float = 900.0
    """An attempt that runs longer is cancelled and counted as failed, retryable."""


class Plan(BaseModel):
    """A directed acyclic graph of nodes, in an order that respects it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    route: str
    """Name of the route: ``single_scene``, ``multi_scene``."""
    nodes: tuple[Node, ...]

    @model_validator(mode="after")
    def _is_a_dag_in_order(self) -> Plan:
        seen: set[str] = set()
        for node in self.nodes:
            if node.key in seen:
                raise ValueError(f"node {node.key!r} stands twice in the plan")
            missing = set(node.needs) - seen
            if missing:
                raise ValueError(
                    f"node {node.key!r} needs {sorted(missing)} that no earlier node makes"
                )
            seen.add(node.key)
        if not self.nodes:
            raise ValueError("a plan needs at least one node")
        return self

    def node(self, key: str) -> Node:
        """The node with this key; KeyError if there is none."""
        for node in self.nodes:
            if node.key == key:
                return node
        raise KeyError(key)

    def ready(self, done: Collection[str], started: Collection[str]) -> tuple[Node, ...]:
        """Nodes whose needs are all in ``done`` and that are not in ``started`` yet."""
        return tuple(
            node
            for node in self.nodes
            if node.key not in started and all(need in done for need in node.needs)
        )

    def downstream(self, key: str) -> frozenset[str]:
        """``key`` and every node that depends on it, however far down."""
        found = {self.node(key).key}
        for node in self.nodes:
            if any(need in found for need in node.needs):
                found.add(node.key)
        return frozenset(found)

    def progress(self, fractions: Mapping[str, float]) -> float:
        """Weighted share done, 0..1; ``fractions`` maps node keys to 0..1, missing ones count 0."""
        total = sum(node.weight for node in self.nodes)
        return sum(node.weight * fractions.get(node.key, 0.0) for node in self.nodes) / total

    def keys(self) -> Iterable[str]:
        """Node keys in order."""
        return (node.key for node in self.nodes)

"""The use case in hand: asked for its next act until the caller or the world has to answer."""

from collections.abc import Callable, Mapping

from agent.actions import Abandon, Explain, Fetch
from agent.acts import Act, Ask, Confirm, Handoff, Inform, LookUp
from agent.commands import FinishFlow
from agent.floor import Floor
from agent.flow import Flow, Known
from agent.flows.identity import LEVELS
from agent.policy import Policy, RuleSetting
from agent.state import ALTERNATIVES

_SECRETS = (Ask("pin"), Ask("code"))


class FlowRunner:
    """One call's use cases; `hand_over` says that a person takes over."""

    def __init__(
        self,
        floor: Floor,
        flows: Mapping[str, Flow],
        policy: Policy,
        hand_over: Callable[[Handoff], None],
    ) -> None:
        self._floor = floor
        self._flows = flows
        self._policy = policy
        self._hand_over = hand_over

    def advance(self) -> None:
        """Ask the use case in hand for its next act until the caller or the world has to answer."""
        finished = self._floor.conversation.finished
        while (flow := self._flows.get(self._floor.conversation.flow)) is not None:
            c = self._floor.conversation
            unsure = flow.unconfirmed(c)
            told = bool(unsure) and self._floor.language.has(f"confirm.{unsure}")
            if not (told or c.flows[-1].confirmed):  # a detail's own question tells the wish, too
                self._floor.ask(f"confirm:flow:{flow.name}", "confirm.flow", {"value": flow.name})
                return
            match act := self._next_act(flow):
                case None:
                    self._finish(flow)
                    finished = flow.name
                case Inform():
                    self._floor.say(
                        f"inform.{act.topic}", act.values, act=act.key, secret=act.secret
                    )
                case Ask(slot, wording):
                    self._floor.ask(slot, wording or f"ask.{slot}", act.values, act.options)
                    return
                case Confirm(slot, value, wording):
                    self._floor.confirm(slot, value, act.values, wording)
                    return
                case LookUp():
                    self._fetch(act)
                    return
                case Handoff():
                    self._hand_over(act)
                    return
        question = "more" if finished else "open"
        self._floor.ask(question, f"ask.{question}")

    def _next_act(self, flow: Flow) -> Act | None:
        """What the use case wants now; a person who was called for it is not called again."""
        c = self._floor.conversation
        if unsure := flow.unconfirmed(c):
            return Confirm(unsure, c.slots[unsure].value)
        act = flow.next_act(Known(c, self._policy, self._floor.language.region))
        if c.barred and act in _SECRETS:  # no number of callbacks buys another guess at the code
            rule = self._policy.rules.get("identity_not_verified", RuleSetting())
            act = Handoff("identity_not_verified", rule.queue)
        called = isinstance(act, Handoff) and (flow.name, act.key) in c.told
        return None if called else act

    def _finish(self, flow: Flow) -> None:
        c = self._floor.conversation
        told = (act for name, act in c.told if name == flow.name == ALTERNATIVES)
        done = [flow.name]
        if any(act.startswith("inform callback ") for act in told):
            done += [w.flow for w in c.flows if w.flow != flow.name]
        finished = tuple(FinishFlow(name) for name in done)  # what is open is for the person then
        waits = len(c.flows) > 1 and c.flows[-2].waits
        self._floor.do(Explain("flow", flow.name, 1.0, finished))
        outer = self._flows.get(self._floor.conversation.flow)
        if outer is not None and self._next_act(outer) is not None:
            if not waits:
                self._floor.say("resume", {"value": outer.name})
            elif self._floor.conversation.flows[-1].confirmed:
                self._floor.say("next", {"value": outer.name})

    def _fetch(self, need: LookUp) -> None:
        for pending in self._floor.conversation.pending:
            if (pending.name, pending.arguments) == (need.name, need.arguments):
                return
            self._floor.do(Abandon(pending.request))
        c = self._floor.conversation
        levels = {**self._flows[c.flow].levels, **LEVELS}
        if levels.get(need.name, "verified") == "verified" and c.verified is None:
            rule = self._policy.rules.get("identity_not_verified", RuleSetting())
            self._hand_over(Handoff("identity_not_verified", rule.queue))
            return
        request = self._floor.conversation.requests + 1
        self._floor.do(Fetch(request, need.name, dict(need.arguments)))

"""Event classes that wechatpy does not know, registered with it. The registry is one per process, so this is done at import, once."""

from typing import Any

from wechatpy.enterprise.events import register_event
from wechatpy.enterprise.messages import register_message
from wechatpy.events import BaseEvent
from wechatpy.fields import StringField
from wechatpy.messages import BaseMessage

# What WeCom says before and after it switches off an app that nobody uses.
INACTIVITY = ("inactive_alert", "close_inactive_agent", "reopen_inactive_agent", "low_active_alert", "low_active", "active_restored")


@register_event("template_card_event")
class CardEvent(BaseEvent):  # type: ignore[misc]
    """A tap on a card."""

    event = "template_card_event"
    key = StringField("EventKey")
    task_id = StringField("TaskId")
    response_code = StringField("ResponseCode")

    @property
    def selected(self) -> dict[str, list[str]]:
        """Question → chosen options; one of anything is no list in what the parser gives."""
        items = _listed((self._data.get("SelectedItems") or {}).get("SelectedItem"))
        return {
            str(item.get("QuestionKey")): [str(o) for o in _listed((item.get("OptionIds") or {}).get("OptionId"))]
            for item in items
            if isinstance(item, dict)
        }


@register_event("template_card_menu_event")
class CardMenuEvent(CardEvent):
    """A choice in the menu at the corner of a card."""

    event = "template_card_menu_event"


@register_message("file")
class FileMessage(BaseMessage):  # type: ignore[misc]
    """A file; the official list of types does not name it, and it comes all the same."""

    type = "file"
    media_id = StringField("MediaId")
    name = StringField("FileName", "")


def inactivity(name: str) -> type[BaseEvent]:
    """The class of one of the warnings."""
    return type(f"Inactivity_{name}", (BaseEvent,), {"event": name})


for _name in INACTIVITY:
    register_event(_name)(inactivity(_name))


def _listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [] if value is None else [value]

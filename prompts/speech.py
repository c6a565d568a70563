"""What is said about recordings that could not be listened to."""

from collections.abc import Mapping

from bot.chat.outgoing import Reply

# By bot.senses.audio.Problem.
PROBLEMS: Mapping[str, str] = {
    "empty": "这段录音是空的，请重新发一次。",
    "silk": "这段录音是 SILK 格式，我听不了。请在聊天里按住说话直接发，或者打几个字。",
    "error_body": "没有从平台取到录音，取回来的是一条报错。请重新发一次。",
    "not_audio": "这个文件不像录音，我听不了。如果发错了，请重新发一次。",
    "no_sound": "这个文件里没有声音。请重新录一段，或者打几个字。",
    "broken": "这段录音坏了，打不开。请重新发一次。",
    "too_short": "这段录音太短了，没听到内容。请按住多说几秒再发。",
    "too_long": "这段录音超过 1 小时，太长了，没有去听。请分成几段发，或者打几个字。",
}
NOTHING_HEARD = "没有听清这段录音里说了什么。请靠近手机再说一遍，或者打几个字。"
FAILED = "这段录音没听成，管理员可以在日志里看到原因。请打几个字，或者重新发一次。"
NO_MODEL = "现在还听不了语音：服务器上没有语音模型。录音已存好，装好后我会自动补听；要紧的请先打几个字。"


def lost(name: str, problem: str) -> str:
    """A recording that never arrived, or arrived empty."""
    return f"{name or '刚才的录音'}：{problem}"


def no_command(text: str) -> Reply:
    """A command that was spoken: a word misheard must not take something back."""
    return Reply(text=f"听到：“{text}”。语音里的命令我不直接做，免得听错；要做的话，打字回我一遍。")

"""What ``genjin doctor wecom`` says to an administrator."""

from collections.abc import Sequence
from datetime import datetime

from prompts.words import moment

APP, TOKEN, ADDRESS, RANGE, CLOCK = "应用", "密钥", "企业可信IP", "可见范围", "时钟"
CALLBACK, CARDS, REPORT, DOMAIN = "回调地址", "回调和卡片", "位置上报", "网页域名"
WHERE = "管理后台 → 应用管理 → 跟进应用"

TOKEN_HOW = f"到“{WHERE}”核对 AgentId 和 Secret，到“我的企业”核对企业 ID，改好 [wecom] 里的 corp_id、agent_id、secret 后重启。"
ADDRESS_OK = "这台服务器的地址可以调用接口。"
ADDRESS_HOW = f"到“{WHERE} → 企业可信IP → 配置”，把上面的地址加进去，等一两分钟再试。（灰色点不了的话，先设好回调地址或可信域名。）"
APP_CLOSED = "应用是停用状态，收发都停着。"
APP_CLOSED_HOW = f"到“{WHERE}”打开右上角的启用开关。"
RANGE_EMPTY = "应用对谁都不可见，消息发不出去。"
RANGE_HOW = f"到“{WHERE} → 可见范围 → 编辑”，把这些人或他们的部门加进去。"
CLOCK_OK = "和企业微信的时间差在 2 分钟以内。"
CLOCK_HOW = "在服务器上打开时间同步（例如 timedatectl set-ntp true）。差得太多，卡片点击会被当作过期的拒收。"
CALLBACK_OK = "用企业微信的方式验证自己的回调地址，通过。"
NO_PUBLIC = "没有配置 [server] public_url，手机打不开我们的页面，卡片上也不会有链接。"
NO_PUBLIC_HOW = '在配置文件的 [server] 里写 public_url = "https://你的域名"，并让这个域名转发到本机的端口。'
NEVER_CALLED = "还没收到过企业微信的回调；没保存回调地址的应用，带按钮的卡片也发不出去。"
REPORT_OK = "进入应用时会上报位置。"
REPORT_OFF = "没有打开位置上报，到访位置只能靠打卡页面。"
REPORT_HOW = f"到“{WHERE} → 接收消息 → 设置API接收 → 上报地理位置”打开“进入应用时上报”。"
ONLY_BOT = "只配置了智能机器人：没有原始语音，没有位置。"
ONLY_BOT_HOW = "要语音转写和到访位置，请按 docs/wecom.md 再配置自建应用。"
UNREACHABLE_HOW = "检查服务器能否访问 qyapi.weixin.qq.com（防火墙、DNS、代理），以及 [wecom] api_base 有没有写错。"
WEBHOOK_OK = "密钥有效。"
WEBHOOK_HOW = "到群里“群机器人（消息推送）”复制 Webhook 地址里 key= 后面的部分，写进 [wecom] webhook_keys。"


def token_ok(name: str) -> str:
    return f"能取到 access_token，应用是“{name}”。"


def unreachable(reason: str) -> str:
    return f"连不上：{reason}"


def not_allowed(address: str) -> str:
    return f"企业微信不接受来自 {address or '本机'} 的调用。"


def skew(seconds: int) -> str:
    return f"服务器的时间比企业微信{'快' if seconds > 0 else '慢'} {abs(seconds)} 秒。"


def not_in_range(users: Sequence[str]) -> str:
    named = "、".join(users[:10])
    return f"{len(users)} 个同事不在可见范围里：{named}{' 等' if len(users) > 10 else ''}。"


def range_ok(number: int, *, whole: bool) -> str:
    rest = "" if whole else "（不含根部门，建不了应用群聊；只用群机器人不受影响）"
    return f"看得见 {number} 个人{rest}。"


def domain_ok(domain: str) -> str:
    return f"可信域名是 {domain}。"


def other_domain(domain: str) -> str:
    return f"可信域名{f'是 {domain}，和 public_url 不一样' if domain else '还没设'}，手机上的登录和打卡页面打不开。"


def domain_how(host: str) -> str:
    return f"到“{WHERE} → 网页授权及JS-SDK → 设置可信域名”，填 {host}，并按提示放好校验文件。"


def callback_wrong(status: int) -> str:
    return f"回调地址的回答不对（HTTP {status}）。多半是中间的代理改了网址，或者 token、aes_key 和后台的不一样。"


def callback_how(public_url: str) -> str:
    address = f"{public_url or 'https://你的域名'}/wecom/callback"
    return f"到“{WHERE} → 接收消息 → 设置API接收”，URL 填 {address}，Token 和 EncodingAESKey 与配置一致，服务运行时点保存。"


def called(at: datetime) -> str:
    return f"最近一次收到企业微信的消息是 {moment(at)}。"


def webhook(name: str) -> str:
    return f"群机器人“{name}”"

"""Messages that are not cards: limits in bytes, and what of them is readable."""

from collections.abc import Mapping
from typing import Any

from tests.platforms.wecom.emulator.files import Files
from tests.platforms.wecom.emulator.refusals import cut, field, need, web_address

TEXT, MARKDOWN, GROUP_MARKDOWN = 2048, 2048, 4096


def read_content(kind: str, content: Mapping[str, Any], files: Files, owner: str = "", *, webhook: bool = False) -> str:
    """What a person reads. Refuses what is over its limit; text of an app is cut without a word instead."""
    if kind in ("text", "markdown", "markdown_v2"):
        return _words(kind, field(content, "content", str), webhook=webhook)
    if kind == "news":
        return _news(content)
    if kind == "textcard":
        return _textcard(content)
    file = files.known(content.get("media_id"), kind, owner)
    if kind == "video":
        need(len(content.get("title", "").encode()) <= 128, 40058, "video.title too long")
        need(len(content.get("description", "").encode()) <= 512, 40058, "video.description too long")
    return f"<{kind} {file.name}>"


def _words(kind: str, words: str, *, webhook: bool) -> str:
    need(words, 44004, "empty content")
    if kind == "text" and not webhook:
        return cut(words, TEXT)
    # For an app's markdown the page only says "at most 2048 bytes": the harsher reading is a refusal.
    most = TEXT if kind == "text" else GROUP_MARKDOWN if webhook else MARKDOWN
    need(len(words.encode()) <= most, 40058, f"{kind}.content exceed max length {most}. invalid Request Parameter")
    return words


def _news(content: Mapping[str, Any]) -> str:
    articles = field(content, "articles", list)
    need(articles, 40058, "articles missing")
    need(len(articles) <= 8, 45008, "articles out of limit")
    for article in articles:
        need(isinstance(article.get("title"), str) and 0 < len(article["title"].encode()) <= 128, 40058, "title invalid")
        need(len(article.get("description", "").encode()) <= 512, 40058, "description too long")
        web_address(article.get("url"))
    return "\n".join(f"{a['title']} {a.get('description', '')}".strip() for a in articles)


def _textcard(content: Mapping[str, Any]) -> str:
    title, words = field(content, "title", str), field(content, "description", str)
    need(0 < len(title) <= 128 and 0 < len(words) <= 512, 40058, "textcard too long or empty")
    need(len(content.get("btntxt", "")) <= 4, 40058, "textcard.btntxt too long")
    web_address(content.get("url"))
    return f"{title}\n{words}\n[{content.get('btntxt', '详情')}]"

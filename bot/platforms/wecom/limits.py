"""WeCom's real limits, in one place. Bytes are UTF-8 bytes; source: the official pages on sending, updating and group messages."""

from datetime import timedelta

# A text or markdown message of the app; a longer one would be cut without a word.
TEXT_BYTES = 2048
# A group webhook refuses what is longer.
WEBHOOK_MARKDOWN_BYTES = 4096

TITLE = 36
DESCRIPTION = 44
SUBTITLE = 160
FACTS = 6
FACT_LABEL = 5
FACT_VALUE = 26
BUTTONS = 6
BUTTON_TEXT = 10
CHOICES = 10
CHOICE_TEXT = 16
BALLOT = 20

# Pages of a list in a chat between two people; what is longer is cut with a word about the rest.
PAGES = 3

# A response code replaces a card once, and so long after it was given.
CODE_LIFE = timedelta(hours=72)
# Equal requests within this time reach nobody twice.
DUPLICATE_SECONDS = 14_400

# How many messages may go where, in what time; WeCom drops the rest without a word.
MEMBER_PACE = ((30, timedelta(minutes=1)), (1000, timedelta(hours=1)))
BOT_PACE = MEMBER_PACE
WEBHOOK_PACE = ((20, timedelta(minutes=1)),)
APPCHAT_PACE = ((200, timedelta(minutes=1)), (10_000, timedelta(days=1)))

SMALLEST_UPLOAD = 6
UPLOADS = {"image": 10 * 2**20, "voice": 2 * 2**20, "video": 10 * 2**20, "file": 20 * 2**20}
# Larger objects are given only in ranges of at most this.
RANGE = 8 * 2**20
LARGEST_DOWNLOAD = 110 * 2**20

# A callback: the largest envelope that is read at all, and how old a message and a tap may be.
LARGEST_CALLBACK = 256 * 1024
MESSAGE_AGE = timedelta(hours=8)
TAP_AGE = timedelta(minutes=5)
# How long a photo may follow the word that the camera took it, and how long the callback waits to look at it.
SHOT_AGE = timedelta(minutes=10)
SHOT_SECONDS = 2.5

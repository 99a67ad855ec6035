package words

// What the user made happen, as lines between the messages.
var (
	// A protocol.
	TalkAborted = phrase("you broke the %s connection off (RST): what was not acknowledged may never have arrived", "你强行中断了 %s 连接（RST）：尚未确认的内容可能没有到达")
)

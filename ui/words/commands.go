package words

// A Command is a slash command's name in the languages, with what it takes and
// what it does. Both names work in both languages.
type Command struct {
	Name  Phrase // without the slash
	Takes Phrase
	Does  Phrase
}

var nothing Phrase

// The slash commands.
var (
	CmdHelp = Command{phrase("help", "帮助"), phrase("[WORD]", "[词]"),
		phrase("keys and commands, or those that mention WORD", "列出按键和命令，或只列出提到该词的")}
	CmdQuit = Command{phrase("quit", "退出"), nothing,
		phrase("say goodbye and leave", "道别并退出")}
	CmdSay = Command{phrase("say", "说"), phrase("TEXT", "文字"),
		phrase("send TEXT as it is, even a lone q or a slash", "原样发送文字，单独的 q 或斜杠也可以")}
	CmdNick = Command{phrase("nick", "昵称"), phrase("NAME", "名字"),
		phrase("call yourself NAME", "改用这个名字")}
	CmdMe = Command{phrase("me", "动作"), phrase("TEXT", "文字"),
		phrase("say what you do: * you TEXT", "描述自己的动作：* 你 文字")}
	CmdClear = Command{phrase("clear", "清屏"), nothing,
		phrase("empty the screen; nothing is unsent", "清空屏幕，不影响发送")}
	CmdSearch = Command{phrase("search", "搜索"), phrase("TEXT", "文字"),
		phrase("go to the last message with TEXT", "跳到最近一条含有该文字的消息")}
	CmdFilter = Command{phrase("filter", "过滤"), phrase("[WORD…|off]", "[词…|off]"),
		phrase("ladder: only packets with every WORD: tcp, udp, m3 (message 3), or any text in the row", "时序图：只显示含有全部词的分组：tcp、udp、m3（第 3 条消息），或行中的任何文字")}
	CmdLesson = Command{phrase("lesson", "课程"), phrase("[NAME|save FILE]", "[名字|save 文件]"),
		phrase("the lessons there are; save: write what was said and done here as a lesson", "有哪些课；save：把在这里说的和做的存成一课")}
	CmdExport = Command{phrase("export", "导出"), phrase("FILE.txt|.md", "文件.txt|.md"),
		phrase("write what the ladder shows to a new file, as text or as a table of Markdown", "把时序图显示的内容写入新文件：文本，或 Markdown 表格")}
	CmdLock = Command{phrase("lock", "锁定"), phrase("[on|off]", "[on|off]"),
		phrase("UDP, raw: take datagrams from the present peer only", "UDP raw：只收当前对方的数据报")}
	CmdAccept = Command{phrase("accept", "接受"), nothing,
		phrase("UDP: the stranger who wrote last becomes the peer", "UDP：让最近来信的陌生人成为对方")}
	CmdHold = Command{phrase("hold", "保持"), phrase("[on|off]", "[on|off]"),
		phrase("TCP: keep our half open after the peer's FIN", "TCP：对方发出 FIN 后，我方这一半仍保持打开")}
	CmdConnect = Command{phrase("connect", "连接"), nothing,
		phrase("dial again after the conversation ended; now, if it was lost", "对话结束后重新拨号；连接丢失时立即重拨")}
	CmdResend = Command{phrase("resend", "重发"), nothing,
		phrase("send here what a peer that was lost did not confirm", "把失去的对方没有确认的内容发到这里")}
	CmdDisconnect = Command{phrase("disconnect", "断开"), nothing,
		phrase("end the conversation, or the dialing after a loss; stay here", "结束对话，或停止丢失后的重拨；不退出程序")}
	CmdHalfClose = Command{phrase("halfclose", "半关闭"), nothing,
		phrase("send FIN and go on reading", "发出 FIN，继续接收")}
	CmdTheme = Command{phrase("theme", "主题"), phrase("[NAME]", "[名称]"),
		phrase("the colours; Tab shows which there are", "配色；按 Tab 查看有哪些")}
	CmdTimestamp = Command{phrase("timestamp", "时间"), phrase("[on|off]", "[on|off]"),
		phrase("the time before each message", "每条消息前的时间")}
	CmdBell = Command{phrase("bell", "铃声"), phrase("[on|off]", "[on|off]"),
		phrase("ring when a message comes while you are elsewhere", "不在此窗口时，有消息就响铃")}
	CmdLog = Command{phrase("log", "记录"), phrase("[FILE|off]", "[文件|off]"),
		phrase("write the conversation to FILE, behind what stands there; off: no more", "把对话写进文件，接在已有内容之后；off：不再写")}
	CmdStats = Command{phrase("stats", "统计"), nothing,
		phrase("what was counted", "各项计数")}
)

// What commands answer.
var (
	NoSuchCommand = phrase("there is no /%s. Did you mean /%s? //%s sends it as text.",
		"没有 /%s 这个命令。是想用 /%s 吗？//%s 会把它当文字发送。")
	NeedsLink = phrase("/%s works on an emulated link: start both ends with --net SPEC or --lab, or run seqtalk compare. //%s sends it as text.",
		"/%s 作用于模拟链路：请在两端加 --net SPEC 或 --lab 启动，或运行 seqtalk compare。//%s 会把它当文字发送。")
	NeedsWord     = phrase("/%s needs %s", "/%s 需要参数：%s")
	BadAmount     = phrase("/%s takes %s, from 1 to %s, not %q", "/%s 的参数是 %s，从 1 到 %s，不是 %q")
	BadWord       = phrase("/%s takes %s, not %q", "/%s 的参数是 %s，不是 %q")
	FilterIs      = phrase("the ladder shows only what has “%s”; /filter off shows all", "时序图只显示含有“%s”的分组；/filter off 显示全部")
	FilterOff     = phrase("the ladder shows every packet", "时序图显示所有分组")
	FilterFor     = phrase("only packets with: ", "只显示含有以下内容的分组：")
	FilterKeys    = phrase("tcp udp m3 or any text · Enter keeps it · Esc as before", "tcp udp m3 或任何文字 · Enter 确定 · Esc 恢复")
	ExportDone    = phrase("%d packets written to %s", "已把 %d 个分组写入 %s")
	ExportExists  = phrase("%s exists already, and nothing was written: name a new file", "%s 已存在，没有写入任何内容：请另取文件名")
	ExportFailed  = phrase("not written: %s", "没有写入：%s")
	ExportNothing = phrase("the ladder shows no packet, so there is nothing to export; F2 says why", "时序图里没有分组，无可导出；按 F2 看原因")
	ExportSegment = phrase("packet", "分组")
	ExportText    = phrase("carries", "携带")
	ExportRemarks = phrase("remarks", "备注")
	NotFound      = phrase("%q is nowhere in this conversation", "这段对话里没有 %q")
	NickIs        = phrase("you are %s now", "你现在叫 %s")
	BadNick       = phrase("a name is letters, digits, dots, dashes or underscores, 24 cells at most", "名字只能用文字、数字、点、短横和下划线，最多 24 格宽（12 个汉字）")
	LockOn        = phrase("locked: other senders are counted and not shown", "已锁定：其他来源只计数，不显示")
	LockOff       = phrase("not locked: the peer is whoever wrote last", "未锁定：谁最后来信谁就是对方")
	HoldOn        = phrase("our half stays open after the peer's FIN", "对方发出 FIN 后，我方这一半保持打开")
	HoldOff       = phrase("we answer the peer's FIN with ours once all is sent", "发完之后用我方的 FIN 回应对方的 FIN")
	ThemeIs       = phrase("theme: %s", "主题：%s")
	TimeOn        = phrase("times are shown", "显示时间")
	TimeOff       = phrase("times are hidden", "不显示时间")
	BellOn        = phrase("the bell rings for new messages while you are elsewhere", "不在此窗口时，新消息会响铃")
	BellOff       = phrase("the bell is silent", "铃声已关")
	NotPossible   = phrase("not possible now: %v", "现在做不到：%v")
	CommandsHead  = phrase("Commands (Tab completes, // sends a slash)", "命令（Tab 补全，// 发送斜杠）")
	StatsLeg      = phrase("%s over %s, %s, messages %s", "%s，%s，%s，消息格式：%s")
	StatsSent     = phrase("sent %d · confirmed %d · waiting %d · without a receipt %d", "已发 %d · 已确认 %d · 等待中 %d · 无回执 %d")
	StatsCame     = phrase("received %d · lost %d · duplicate %d · late %d · malformed %d", "已收 %d · 丢失 %d · 重复 %d · 迟到 %d · 无法解析 %d")
	StatsDropped  = phrase("%d datagrams dropped by our own full receive buffer", "本机接收缓冲区满，丢弃了 %d 个数据报")
)

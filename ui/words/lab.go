package words

// The lab between two terminals: what happens to it, as lines of the conversation.
var (
	// The carrier's address, a SPEC.
	NoticeInLab = phrase("in the lab: every packet crosses an emulated link (%[2]s) and reaches the other terminal inside UDP (%[1]s)",
		"已进入实验环境：每个分组都先过一条模拟链路（%[2]s），再装进 UDP 送到另一个终端（%[1]s）")
	NoticeNoLab       = phrase("you asked for the lab, the peer came without it: going on without an emulated link", "你要的是实验环境，对方没有用：不经过模拟链路，照常继续")
	NoticeLabDeclined = phrase("%s asked for the lab, which this end does not serve; start it with --lab too, or as seqtalk alone", "%s 想用实验环境，但这一端没有提供；请加上 --lab 重新启动，或者只运行 seqtalk")
	NoticeUnplugged   = phrase("cable unplugged: the other terminal has been silent for 3 s; TCP has not noticed, and will go on trying", "网线断了：另一个终端已有 3 秒没有动静；TCP 还不知道，会继续重试")
	NoticePlugged     = phrase("the cable is plugged in again", "网线又接上了")
	NoticePeerNet     = phrase("the peer has set the link to: %s", "对方把链路设成了：%s")
	NoticePeerCut     = phrase("the peer has cut the link, both ways; /heal mends it", "对方切断了链路，两个方向都不通；用 /heal 恢复")
	NoticePeerHealed  = phrase("the peer has mended the link", "对方恢复了链路")
	NoticePeerHeld    = phrase("the peer has stopped time in the lab", "对方让实验环境的时间停住了")
	NoticePeerTime    = phrase("time in the lab goes %s times slower, says the peer", "对方把实验环境的时间放慢到 %s 倍")
	LabLeft           = phrase("%s", "对方离开了实验环境%s")
	LabBusy           = phrase("%s", "对方正在与别人对话%s")
	LabDeclined       = phrase("%s", "对方没有实验环境；请两边都加 --lab，或都不加%s")
	LabReplaced       = phrase("%s", "它没有了动静，期间另一个进程来呼叫%s")
	// An address, what went wrong.
	LabSilent      = phrase("%s: nobody there answers for the lab (%s); run the same command in the other terminal, or seqtalk alone", "%s：那边没有程序提供实验环境（%s）；请在另一个终端运行同样的命令，或只运行 seqtalk")
	NoticePeerReal = phrase("time in the lab goes on as usual, says the peer", "对方让实验环境的时间恢复正常")
)

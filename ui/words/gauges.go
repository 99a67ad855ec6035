package words

// What the parts of the panes mean that are no list.
var (
	// the SPEC, the seed
	TopicLink = topic("tc-netem(8)", "The link", "链路",
		"%[1]s, seed %[2]d: so the emulated link treats the packets of both protocols, each in a queue of its own. The same seed brings the same weather again.",
		"%[1]s，种子 %[2]d：模拟链路就这样对待两种协议的分组，各有各的队列。同一个种子带来同样的网络状况。")
	// what else is said there
	TopicLinkState = topic("tc-netem(8)", "What was done to it", "对它做了什么",
		"%s. What waits for the next packets hits one of each protocol; time that is held or slowed is held for both ends.",
		"%s。等着下一批分组的动作，两种协议各中一个；时间暂停或变慢，对两端都一样。")

	// why
	TopicBufferEmpty = topic("RFC 9293 §3.10.7.4", "TCP's receive buffer", "TCP 的接收缓冲区",
		"The buffer is %s. It is where TCP keeps bytes that came too early, so that the program gets all of them in order.",
		"缓冲区%s。TCP 把来得太早的字节放在这里，好让程序按序得到全部字节。")
	// bytes
	TopicBufferUnread = topic("RFC 9293 §3.8.6", "TCP's receive buffer", "TCP 的接收缓冲区",
		"%d bytes are here in order and wait for the program, which does not read. They shrink the window that TCP announces, until the other side has to stop.",
		"%d 字节已按序到达，等程序来读，而程序没有读。它们使 TCP 通告的窗口缩小，直到另一方不得不停下。")
	// what is here, its bytes, the missing one
	TopicBufferWaits = topic("RFC 9293 §3.10.7.4", "TCP's receive buffer", "TCP 的接收缓冲区",
		"%[1]s: %[2]d bytes are here already, but m%[3]d before them is missing, so the program gets none of it. That is head-of-line blocking: the price of the order that UDP does not keep.",
		"%[1]s 共 %[2]d 字节已经到了，但前面的 m%[3]d 还缺着，所以程序一个字节也拿不到。这就是队头阻塞：为 UDP 所不保证的顺序付出的代价。")
	// messages, bytes
	TopicBufferFrame = topic("RFC 9293 §3.10.7.4", "TCP's receive buffer", "TCP 的接收缓冲区",
		"%[1]s: %[2]d bytes are here already, but a frame of seqtalk's own before them, a greeting or a receipt, is missing. To TCP it is bytes like any others, so the program gets none of it.",
		"%[1]s 共 %[2]d 字节已经到了，但前面缺着 seqtalk 自己的一帧（问候或回执）。在 TCP 看来那也只是字节，所以程序一个字节也拿不到。")
	// the missing one
	TopicBufferGap = topic("RFC 9293 §3.10.7.4", "TCP's receive buffer", "TCP 的接收缓冲区",
		"m%d is missing, and nothing behind it has come yet. Whatever comes now has to wait here for it.",
		"m%d 缺着，后面的还没有到。此刻到达的一切都得在这里等它。")
	// why, as it is drawn
	TopicBufferReason = topic("RFC 6298 §5", "What it waits for", "在等什么",
		"%s. The timer is the retransmission timeout (RTO), counted since the bytes were sent or the last ack of new ones came; three duplicate ACKs make it unnecessary.",
		"%s。定时器是重传超时 (RTO)，从字节发出或最近一次新确认到来时算起；有三个重复 ACK 就不必等它。")

	// came/sent, lost, dup, late
	TopicTallyTCP = topic("RFC 9293 §2.2", "TCP: the balance", "TCP：结算",
		"Of the messages %[1]s came over TCP; lost %[2]s, doubled %[3]s, late %[4]s: in the end the program gets each once and in order. What that costs stands beside it: time and bytes.",
		"经 TCP 送达的消息为 %[1]s；丢失 %[2]s，重复 %[3]s，迟到 %[4]s：程序最终每条得到一次，而且按序。代价写在旁边：时间和字节。")
	TopicTallyUDP = topic("RFC 768", "UDP: the balance", "UDP：结算",
		"Of the messages %[1]s came over UDP; lost %[2]s, doubled %[3]s, late %[4]s: nobody repairs that. In return none of them waits for another.",
		"经 UDP 送达的消息为 %[1]s；丢失 %[2]s，重复 %[3]s，迟到 %[4]s：没有人修补。换来的是，没有一条要等另一条。")
	// segments sent again, handshake, wire bytes per byte of text
	TopicCostTCP = topic("RFC 9293 §3.5, RFC 6298", "What it cost", "代价",
		"Segments sent again: %[1]s; handshake before the first byte: %[2]s. On the wire %[3]s bytes crossed for one of text, headers, ACKs and frames included, heartbeats left out.",
		"重传的报文段：%[1]s；第一个字节之前的握手：%[2]s。每字节文字在线路上花了 %[3]s 字节，含首部、ACK 和帧，不含心跳。")
	TopicCostUDP = topic("RFC 768", "What it cost", "代价",
		"Sent again by UDP: %[1]s; handshake: %[2]s. On the wire %[3]s bytes crossed for one of text, headers and receipts included, heartbeats left out.",
		"UDP 重传：%[1]s；握手：%[2]s。每字节文字在线路上花了 %[3]s 字节，含首部和回执，不含心跳。")
	// p50, max
	TopicTook = topic("RFC 7679 §3", "Latency", "时延",
		"Half of the messages took no longer than %[1]s (p50), the slowest %[2]s. It is the time from Enter until the other program has it.",
		"一半的消息用时不超过 %[1]s (p50)，最慢的 %[2]s。这是从按下 Enter 到对方程序拿到它的时间。")

	// TCP: how many, most from, to; UDP: how many, most from, to
	TopicLatencies = topic("RFC 7679 §3", "Latencies on one axis", "同一轴上的时延",
		"TCP: %[1]d messages, most of them in %[2]s–%[3]s; UDP: %[4]d, most in %[5]s–%[6]s. Twice as far to the right is many times as long: what lies far right waited for a retransmission.",
		"TCP：%[1]d 条消息，多数在 %[2]s–%[3]s；UDP：%[4]d 条，多数在 %[5]s–%[6]s。越往右时间成倍增长：远在右边的，是在等重传。")
	TopicNothingYet = topic("RFC 7679 §3", "Nothing to plot yet", "还没有可画的",
		"No message has come yet, so there is no latency to show. Say something, and both protocols draw their bars here.",
		"还没有消息送达，所以没有时延可画。说点什么，两种协议就会在这里画出柱条。")

	// strokes, again, lost, acked up to, window to
	TopicSequence = topic("RFC 9293 §3.3.1", "Time and sequence", "时间与序号",
		"Each stroke is a segment, as high as its bytes: %[1]d of them are drawn, %[2]d sent again (R), %[3]d lost (x). The line below is what is acknowledged, now up to %[4]s; the window ends at %[5]s, and TCP may not send beyond.",
		"每一笔是一个报文段，高度就是它的字节：画出 %[1]d 个，重传 %[2]d 个 (R)，丢失 %[3]d 个 (x)。下面的线是已确认处，现在到 %[4]s；窗口到 %[5]s 为止，TCP 不能发到它之外。")
	// cwnd, ssthresh
	TopicCwndGraph = topic("RFC 5681 §3.1", "Congestion window", "拥塞窗口",
		"cwnd is %[1]s segments now: so many may be under way at once. ssthresh is %[2]s: below it cwnd doubles each round trip (slow start), above it grows by one, and loss halves it or more.",
		"cwnd 现在是 %[1]s 个报文段：最多这么多同时在途。ssthresh 是 %[2]s：低于它时 cwnd 每个往返翻倍（慢启动），高于它时每次加一，丢失则至少减半。")
	// SRTT, RTO
	TopicRTTGraph = topic("RFC 6298 §2", "Round trips", "往返时间",
		"SRTT is %[1]s ms now, the round trip smoothed; RTO is %[2]s ms, how long TCP waits for an ack. The RTO keeps above the round trip by four times its variation, and doubles with each timeout.",
		"SRTT 现在是 %[1]s ms，即平滑后的往返时间；RTO 是 %[2]s ms，即 TCP 等待确认的时间。RTO 比往返时间高出其波动的四倍，每次超时再翻倍。")

	// first, last byte, sends, recvs, cut characters
	TopicRuler = topic("RFC 9293 §2.2", "The byte ruler", "字节标尺",
		"Bytes %[1]d–%[2]d of the stream, between %[3]d calls of send() above and %[4]d of recv() below; %[5]d characters are cut in half. The calls do not match, since TCP carries bytes and knows no messages (粘包): who needs boundaries must put them into the bytes.",
		"字节流的第 %[1]d–%[2]d 号字节，上面有 %[3]d 次 send()，下面有 %[4]d 次 recv()；有 %[5]d 个字符被切成两半。两边的调用对不上，因为 TCP 传送的是字节，不认识消息（粘包）：需要边界的，要自己写进字节里。")
	// datagrams, lost, torn, bytes thrown away
	TopicRulerUDP = topic("RFC 768", "Datagrams beside it", "旁边的数据报",
		"%[1]d datagrams, each one send() and one recv(): %[2]d lost, %[3]d torn, %[4]d bytes thrown away. UDP keeps the boundaries, and what a read has no room for is gone.",
		"%[1]d 个数据报，各是一次 send() 和一次 recv()：丢失 %[2]d 个，截断 %[3]d 个，丢弃 %[4]d 字节。UDP 保留边界，读取时放不下的部分就没有了。")

	// how a message fares side by side; TCP: how long
	TopicPassCame = topic("RFC 7679 §3", "It came", "已送达",
		"%s after Enter the other program had it. Both ends are here, so that is known without a receipt.",
		"按下 Enter 后 %s，对方程序拿到了它。两端都在这里，所以不靠回执也知道。")
	// how long
	TopicPassWaited = topic("RFC 9293 §3.10.7.4", "It had to wait", "它等过",
		"All its bytes had come, but TCP kept them back for %s, since earlier ones were missing. UDP would have handed it over at once.",
		"它的字节都到了，但 TCP 扣住了 %s，因为前面的还缺着。UDP 会立即交付。")
	// which
	TopicPassWaits = topic("RFC 9293 §3.10.7.4", "It waits", "它在等",
		"All its bytes are there, but m%d before it is missing. TCP hands over in order or not at all.",
		"它的字节都到了，但前面的 m%d 还缺着。TCP 要么按序交付，要么不交付。")
	// what the link did
	TopicPassLost = topic("RFC 768", "Lost", "丢失",
		"It died on the way (%s). UDP does not notice and does not repeat; the gap stays.",
		"它在途中丢了（%s）。UDP 察觉不到，也不重发；缺口就一直在。")
	TopicPassMissing = topic("RFC 768", "Missing", "缺失",
		"The peer's numbers show that there was a message here, and it has not come over this protocol. UDP does not repeat it.",
		"从对方的编号看，这里本有一条消息，但没有经这个协议到达。UDP 不会重发。")
	// what the link did
	TopicPassDied = topic("RFC 6298 §5", "Died, to be sent again", "丢了，将重传",
		"Its packet died on the way (%s), and TCP will send it again: when its timer runs out, or sooner if duplicate ACKs tell. It comes late, but it comes.",
		"携带它的分组在途中丢了（%s），TCP 会重传：等定时器超时，若有重复 ACK 则更早。它会迟到，但会到。")
	TopicPassNever = topic("RFC 9293 §3.10", "Never came", "始终没到",
		"Its packet died on the way (%s), and the connection ended before it could be sent again. A new connection knows nothing of the old one's bytes.",
		"携带它的分组在途中丢了（%s），还没来得及重传连接就结束了。新连接对旧连接的字节一无所知。")
	TopicPassOnWay = topic("RFC 9293 §3.8", "On its way", "在途",
		"It has left and not come yet. TCP waits for an ack; over UDP nobody waits.",
		"它已发出，还没有到。TCP 在等确认；UDP 没有人等。")
	// times
	TopicPassCopies = topic("RFC 768", "Came more than once", "不止一次到达",
		"It came %d times: something on the way doubled it, and UDP hands over every copy. TCP drops copies by their numbers.",
		"它到了 %d 次：途中被复制了，而 UDP 每一份都交付。TCP 凭编号丢弃副本。")
	// which
	TopicPassBehind = topic("RFC 768", "Came late", "迟到",
		"m%d, said later, came before it. UDP hands over as things come; TCP would have kept that one back.",
		"后说的 m%d 先到了。UDP 来什么就交付什么；TCP 会先扣住那一条。")

	PairsAgain  = phrase("to be resent", "待重传")
	LookUpTo    = phrase("byte %d", "第 %d 号字节")
	LookNoneYet = phrase("nothing yet", "尚无")
	LookUnset   = phrase("not set", "尚未设定")
)

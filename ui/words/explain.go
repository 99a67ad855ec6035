package words

// A Topic is something on the screen that can be explained: two sentences, for
// the values its comment names, and where the standard says it.
type Topic struct {
	Title, Text Phrase
	Ref         string
}

// topic makes one.
func topic(ref, enTitle, zhTitle, en, zh string) Topic {
	return Topic{Title: phrase(enTitle, zhTitle), Text: phrase(en, zh), Ref: ref}
}

// EscCloses stands under an explanation.
var EscCloses = phrase("Esc closes", "Esc 关闭")

// The numbers of TCP. All are relative to the connection's first ones.
var (
	// seq, the initial number on the wire
	TopicOutSeq = topic("RFC 9293 §3.4", "OUT seq: SEG.SEQ", "OUT seq：SEG.SEQ",
		"seq %[1]d is the number of the first byte of the last segment we sent. The first number of a connection is random, here %[2]d; it counts as 0, and the SYN costs one, so the first byte of text is number 1.",
		"seq %[1]d 是我方最近发出的报文段中第一个字节的编号。连接的初始编号是随机的，这次是 %[2]d；屏幕上把它算作 0，SYN 占用一个编号，所以正文的第一个字节是 1 号。")
	// seq
	TopicSndNxt = topic("RFC 9293 §3.3.1", "OUT seq: SND.NXT", "OUT seq：SND.NXT",
		"%d is the number our next byte will get. No segment was seen that carries it: the system counts the bytes it took from us, and we add them up.",
		"%d 是我方下一个字节将得到的编号。没有看到携带它的报文段：这是根据系统已接收的字节数算出来的。")
	// ack, ack-1
	TopicOutAck = topic("RFC 9293 §3.4", "OUT ack: RCV.NXT", "OUT ack：RCV.NXT",
		"ack %[1]d tells the peer: we have every byte up to %[2]d and expect byte %[1]d next. It means something only in a segment with ACK = 1, and after the first SYN every segment has it.",
		"ack %[1]d 告诉对方：到 %[2]d 号为止的字节都已收到，接下来期待 %[1]d 号。只有 ACK = 1 时它才有效；除第一个 SYN 外，每个报文段都是如此。")
	// seq
	TopicInSeq = topic("RFC 9293 §3.4", "IN seq: the peer's SEG.SEQ", "IN seq：对方的 SEG.SEQ",
		"seq %d is the number of the first byte of the last segment that came. The peer counts its own stream: the two directions have nothing to do with each other.",
		"seq %d 是最近收到的报文段中第一个字节的编号。对方的字节流由对方自己编号：两个方向互不相干。")
	// ack, ack-1
	TopicInAck = topic("RFC 9293 §3.4", "IN ack: SND.UNA", "IN ack：SND.UNA",
		"ack %[1]d says that the peer's system has every byte of ours up to %[2]d. Byte %[1]d is the next to be confirmed; what is not confirmed in time is sent again.",
		"ack %[1]d 表示对方系统已收到我方到 %[2]d 号为止的全部字节。接下来该确认 %[1]d 号；迟迟得不到确认的字节会重传。")
	// first, last, last+1, length
	TopicBytes = topic("RFC 9293 §3.4", "Bytes of the stream", "字节流中的位置",
		"This message is bytes %[1]d–%[2]d of the stream, %[4]d of them. Once they have arrived the answer is ack %[3]d = %[1]d + %[4]d: the last byte plus one, the byte expected next.",
		"这条消息是字节流中的第 %[1]d–%[2]d 号字节，共 %[4]d 个。全部到达后对方回答 ack %[3]d = %[1]d + %[4]d：最后一个字节的编号加一，即期待的下一个字节。")
	// the time
	TopicRTT = topic("RFC 6298 §2", "rtt: SRTT", "rtt：SRTT",
		"From sending bytes to their acknowledgement it takes %s, smoothed over the last few. TCP waits for a multiple of it before it sends again.",
		"从发出字节到得到确认约需 %s，是最近几次的平滑值。TCP 按它的倍数等待，超时才重传。")
	// segments
	TopicCwnd = topic("RFC 5681 §3.1", "cwnd: the congestion window", "cwnd：拥塞窗口",
		"So many segments (%d) may be under way without an acknowledgement. Acknowledgements make it grow, loss makes it shrink: TCP feels for what the path can carry.",
		"最多允许 %d 个报文段在途而未被确认。每次确认使它增大，丢失使它减小：TCP 以此试探网络能承受多少。")
	// how many
	TopicResent = topic("RFC 6298 §5", "Retransmissions", "重传",
		"%d segments were sent again because no acknowledgement came in time, or because later ones showed that one was missing. The text arrives all the same, only later.",
		"有 %d 个报文段被重传：要么迟迟没有确认，要么后面的确认表明缺了一个。文字照样会到，只是晚一些。")
	TopicHistory = topic("docs/ARCHITECTURE.md", "The connection's life in one word", "一个词概括连接的经历",
		"S SYN, h SYN-ACK, A a ACK, D d data, T t retransmission, W w zero window, F f FIN, R r RST, each when it first happened. Capital letters are the side that called.",
		"S 是 SYN，h 是 SYN-ACK，A a 是 ACK，D d 数据，T t 重传，W w 零窗口，F f 是 FIN，R r 是 RST，按首次出现的顺序排列。大写是主动发起连接的一方。")
)

// Where the numbers come from.
var (
	TopicCap = topic("packet(7)", "cap: a packet capture", "cap：抓包",
		"These numbers were read from the segments themselves, which this program is allowed to capture (CAP_NET_RAW). They are what was on the wire.",
		"这些数字直接读自报文段本身，本程序有权抓包 (CAP_NET_RAW)。它们就是线路上的真实值。")
	TopicTxq = topic("tcp(7), socket(7)", "txq: told by the system", "txq：由系统告知",
		"The system gave us back one segment of ours, headers and all, which bears both sides' numbers; the rest it tells as counts of bytes. No privilege is needed for that. Where no segment is seen, the number is computed and marked with a ?.",
		"系统把我们发出的一个报文段连同首部还给了我们，上面有双方的编号；其余以字节数告知。这不需要任何特权。没有看到报文段时，编号是算出来的，并标上 ?。")
	TopicRel = topic("tcp(7)", "rel: relative numbers only", "rel：只有相对编号",
		"The system counts the bytes but keeps the random first numbers to itself. So only positions in the stream are known, not what stands in the header.",
		"系统只给出字节计数，不告知随机的初始编号。因此只知道在字节流中的位置，不知道首部里的真实数字。")
	TopicLab = topic("", "lab: our own TCP/IP", "lab：自带的 TCP/IP",
		"Here seqtalk runs a TCP/IP of its own, and its packets cross an emulated link. Every one of them is seen; nothing of the system's TCP is shown.",
		"这里 seqtalk 运行自带的 TCP/IP 协议栈，分组穿过一条模拟链路。每个分组都看得到；显示的不是操作系统的 TCP。")
)

// The marks beside a message.
var (
	TopicQueued = topic("", "Queued", "排队中",
		"This line waits: for a connection, or for room in the peer's window. Nothing of it has left yet.",
		"这一行还在等：等连接建立，或等对方窗口有空。还没有任何字节发出。")
	TopicSentTCP = topic("RFC 9293 §3.8", "Sent", "已发送",
		"The bytes were handed to TCP. It keeps them and sends them again until the peer's system confirms them.",
		"字节已交给 TCP。TCP 会保留并重传它们，直到对方系统确认。")
	TopicSentUDP = topic("RFC 768", "Sent", "已发送",
		"The datagram was handed to UDP, and UDP forgets it at once. Nobody will tell whether it arrived, unless the other program answers.",
		"数据报已交给 UDP，UDP 随即忘掉它。是否到达没有人会告知，除非对方程序回答。")
	// how long it took
	TopicAcked = topic("RFC 9293 §3.4", "Acknowledged", "已确认",
		"After %s the peer's system had every byte of it: its ack has passed the end of this line. Whether the program there has read them, TCP does not tell.",
		"%s 后对方系统已收到全部字节：对方的 ack 已越过这一行的末尾。那边的程序有没有读，TCP 不会告知。")
	// how long it took
	TopicDelivered = topic("docs/WIRE.md", "Delivered", "已送达",
		"After %s the seqtalk at the other end said that it has this line. That receipt is seqtalk's own; neither TCP nor UDP has such a thing.",
		"%s 后对方的 seqtalk 说已收到这一行。这个回执是 seqtalk 自己的；TCP 和 UDP 都没有。")
	TopicUnknownTCP = topic("RFC 9293 §3.10", "Unknown", "结果未知",
		"The connection ended before the last bytes were confirmed. They may have arrived or not: nobody can tell any more.",
		"连接在最后的字节得到确认之前就结束了。它们也许到了，也许没有：已无从知道。")
	TopicUnknownUDP = topic("RFC 768", "Unknown", "结果未知",
		"No receipt came. Either the datagram was lost or its receipt was: from here the two look the same, and UDP does not try again.",
		"没有收到回执。可能数据报丢了，也可能回执丢了：从这里看两者没有区别，而 UDP 不会重试。")
	// how often
	TopicResentMark = topic("RFC 6298 §5", "Retransmitted", "已重传",
		"Bytes of this line were sent again (↻%d) because no acknowledgement came. On the screen that is only a delay; on the wire it cost the same bytes again.",
		"这一行的字节因为没有得到确认而被重传（↻%d）。屏幕上看只是慢了一点；线路上却多花了同样多的字节。")
	TopicFailedTCP = topic("RFC 9293 §3.5.2", "Failed", "失败",
		"The connection was reset (RST = 1) before the bytes were confirmed. TCP throws away what it still holds and says so.",
		"字节得到确认之前连接就被重置 (RST = 1)。TCP 丢弃尚存的数据，并如实告知。")
	TopicFailedUDP = topic("RFC 792, RFC 8085 §5.2", "Failed", "失败",
		"The datagram could not be sent, or the other computer answered with ICMP that no program listens on that port. It is the only bad news UDP ever gets.",
		"数据报无法发出，或对方主机用 ICMP 回答该端口没有程序。这是 UDP 唯一能得到的坏消息。")
	TopicDup = topic("RFC 768", "Came twice", "重复到达",
		"This datagram had come before: something on the way doubled it. TCP would have dropped the copy by its number; UDP hands over whatever comes.",
		"这个数据报先前已到过：途中被复制了。TCP 会凭编号丢弃副本；UDP 来什么就交付什么。")
	TopicLate = topic("RFC 768", "Came late", "迟到",
		"A datagram sent after this one came before it. TCP would have kept that one back until this was here; UDP does not wait.",
		"后发出的数据报先到了。TCP 会先扣住后者，等这一个到了再交付；UDP 不等。")
)

// UDP in the status bar.
var (
	TopicNoPeer = topic("RFC 768", "No peer yet", "尚无对方",
		"UDP has no connection, so a listener learns whom to answer from the first datagram that comes. Until then there is no address to send to.",
		"UDP 没有连接，监听的一方要等第一个数据报到来才知道向谁回复。在那之前没有可发往的地址。")
	TopicPeerKnown = topic("RFC 768", "Peer known, no connection", "已知对方，没有连接",
		"We know an address and port to send to, and that is all there is. Nothing was agreed on, so nothing can break, and nothing can be missed either.",
		"我们知道一个可以发往的地址和端口，仅此而已。双方没有约定任何事，所以没有什么会断开，也没有人会发觉缺了什么。")
	// how long
	TopicSilent = topic("RFC 8085 §3.1", "Silent", "静默",
		"Nothing came for %s. The peer may think, may be gone or cut off: UDP has no way to tell these apart.",
		"已有 %s没有任何消息。对方可能在思考，可能已离开，也可能断了网：UDP 无法区分。")
	TopicUnreachable = topic("RFC 792", "Unreachable", "不可达",
		"The other computer answered with ICMP “port unreachable”: it is there, but no program listens on that port. UDP itself would not have told.",
		"对方主机用 ICMP“端口不可达”回答：主机在，但那个端口没有程序。UDP 自己不会告知这一点。")
	TopicUDPNone = topic("RFC 768", "UDP has no seq and no ack", "UDP 没有 seq 与 ack",
		"Its header has four fields: source port, destination port, length, checksum. Whoever wants numbers and receipts has to put them into the data, as seqtalk does.",
		"它的首部只有四个字段：源端口、目的端口、长度、校验和。想要编号和回执，就得自己写进数据里，seqtalk 正是这样做的。")
	// sent, seen, lost, duplicate, late
	TopicIDs = topic("docs/WIRE.md", "seqtalk's own counting", "seqtalk 自己的计数",
		"We have sent %[1]d messages, and the peer has told us of number %[2]d. Of the peer's, %[3]d never came, %[4]d came more than once and %[5]d after a later one; only because seqtalk numbers them can this be known.",
		"我方发出了 %[1]d 条消息，对方告知已见到第 %[2]d 条。对方发来的有 %[3]d 条没到，%[4]d 条重复，%[5]d 条迟到；能知道这些，只因为 seqtalk 给消息编了号。")
	// sent, seen, lost, duplicate, late
	TopicIDsOurs = topic("docs/WIRE.md", "seqtalk's own counting", "seqtalk 自己的计数",
		"We have sent %[1]d messages, and the other end has told us of number %[2]d. Of ours, %[3]d died on the way, %[4]d came more than once and %[5]d after a later one: both ends are in this program, so each is counted.",
		"我方发出了 %[1]d 条消息，另一端告知已见到第 %[2]d 条。我方的消息有 %[3]d 条在途中丢失，%[4]d 条重复，%[5]d 条迟到；两端都在本程序里，所以每一条都数得清。")
	TopicDropped = topic("man 7 socket, SO_MEMINFO", "Dropped here", "本机丢弃",
		"%[1]d datagrams came to this machine and found the receive buffer of this program full, as it did not read fast enough or was told to pause. The system dropped them; the network had delivered them.",
		"%[1]d 个数据报已到达本机，但本程序的接收缓冲区已满（读得不够快，或被要求暂停）。丢掉它们的是系统；网络已经送到了。")
	TopicNotMeasurable = topic("RFC 768", "Not measurable", "无法测量",
		"The other program sends plain text without numbers. What does not come leaves no gap that could be noticed.",
		"对方程序发来的是没有编号的纯文本。没有到的东西不会留下任何可察觉的空缺。")
)

// topicStates are the states of RFC 9293.
var topicStates = map[string]Topic{
	"LISTEN": topic("RFC 9293 §3.3.2", "LISTEN", "LISTEN",
		"We wait for anybody's request for a connection (SYN). Until it comes there is no peer and no numbers.",
		"等待任何人的连接请求 (SYN)。在它到来之前没有对方，也没有编号。"),
	"SYN-SENT": topic("RFC 9293 §3.5", "SYN-SENT", "SYN-SENT",
		"We sent SYN = 1, ACK = 0 with a random number and wait for the answer SYN = 1, ACK = 1. If none comes it is sent again, each time after waiting twice as long.",
		"我方已发出 SYN = 1、ACK = 0 和一个随机编号，等待 SYN = 1、ACK = 1 的应答。没有应答就重发，每次等待的时间加倍。"),
	"SYN-RECEIVED": topic("RFC 9293 §3.5", "SYN-RECEIVED", "SYN-RECEIVED",
		"A request came and we accepted it with SYN = 1, ACK = 1. The third step of the handshake, the peer's ACK, is still missing.",
		"收到了请求，我方以 SYN = 1、ACK = 1 接受。握手的第三步，即对方的 ACK，尚未到来。"),
	"ESTABLISHED": topic("RFC 9293 §3.3.2", "ESTABLISHED", "ESTABLISHED",
		"Both ends know each other's first number, so every byte has its own. Either may now send at any time: the connection is full duplex.",
		"双方都知道对方的初始编号，因此每个字节都有自己的编号。现在双方可以随时发送：连接是全双工的。"),
	"FIN-WAIT-1": topic("RFC 9293 §3.6", "FIN-WAIT-1", "FIN-WAIT-1",
		"We sent FIN = 1: all we had is sent. Its confirmation is still missing; the FIN costs one number, so the ack is one higher.",
		"我方已发 FIN = 1：该发的都发了。它的确认还没到；FIN 占用一个编号，所以 ack 会多一。"),
	"FIN-WAIT-2": topic("RFC 9293 §3.6", "FIN-WAIT-2", "FIN-WAIT-2",
		"Our FIN was confirmed: our direction is closed. The peer may go on talking as long as it likes, and we listen.",
		"我方的 FIN 已被确认：我方方向已关闭。对方想说多久都可以，我方继续接收。"),
	"CLOSE-WAIT": topic("RFC 9293 §3.6", "CLOSE-WAIT", "CLOSE-WAIT",
		"The peer sent FIN = 1: nothing more comes from there. We may still send; the connection ends when we send our FIN too.",
		"对方发来 FIN = 1：那边不会再有数据。我方仍可发送；等我方也发出 FIN，连接才结束。"),
	"CLOSING": topic("RFC 9293 §3.6", "CLOSING", "CLOSING",
		"Both ends sent FIN at the same time. Each now waits for the confirmation of its own.",
		"双方同时发出了 FIN。各自等待自己那个 FIN 的确认。"),
	"LAST-ACK": topic("RFC 9293 §3.6", "LAST-ACK", "LAST-ACK",
		"Both have said FIN, the peer first. Only the confirmation of ours is missing; then nothing of the connection is left here.",
		"双方都已发 FIN，对方在先。只差对我方 FIN 的确认；之后这里就不再保留这个连接。"),
	"TIME-WAIT": topic("RFC 9293 §3.6.1", "TIME-WAIT", "TIME-WAIT",
		"The connection is over, but whoever sent FIN first keeps its ports for a while, so that a late segment of it is not taken for a new one's. That is why an address can be “already in use” after a program has ended.",
		"连接已结束，但先发 FIN 的一方还要把端口占住一会儿，以免迟到的旧报文段被当成新连接的。程序退出后仍提示“地址已被占用”，原因就在这里。"),
	"CLOSED": topic("RFC 9293 §3.3.2", "CLOSED", "CLOSED",
		"There is no connection. A segment that comes now would be answered with RST = 1.",
		"没有连接。此时若有报文段到来，会以 RST = 1 回答。"),
}

// TopicState explains a state of TCP by its name.
func TopicState(name string) (Topic, bool) {
	t, ok := topicStates[name]
	return t, ok
}

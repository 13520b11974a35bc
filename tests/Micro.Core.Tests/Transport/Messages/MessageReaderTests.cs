using System.IO.Pipelines;
using System.Text;

namespace Micro.Transport.Messages;

public sealed class MessageReaderTests
{
    private const string Two =
        "\r\nPOST / HTTP/1.1\r\nHost: a\r\nMicro-Id: 7\r\nContent-Length: 5\r\nX-Tenant:  b \t\r\n\r\nhello"
        + "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n00b\r\ndefghijklmn\r\n0\r\nTrail: er\r\n\r\n"
        + "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";

    private const string TwoRead =
        "POST / HTTP/1.1|Host=a;Micro-Id=7;Content-Length=5;X-Tenant=b|hello\n"
        + "POST /x HTTP/1.1|Host=a;Transfer-Encoding=chunked|abcdefghijklmn\n"
        + "GET /health HTTP/1.1|Host=a|\nend";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Read_InSegments_SameResult(int size) =>
        (await MessageBytes.ReadAllAsync(Encoding.Latin1.GetBytes(Two), size)).Should().Be(TwoRead);

    [Fact]
    public async Task Read_ByteByByte_SameResult() =>
        (await MessageBytes.ReadByteByByteAsync(Encoding.Latin1.GetBytes(Two))).Should().Be(TwoRead);

    [Fact]
    public async Task Read_AllSplitPoints_SameResult()
    {
        var bytes = Encoding.Latin1.GetBytes(Two);
        for (var at = 1; at < bytes.Length; at++)
        {
            (await MessageBytes.ReadSplitAsync(bytes, at)).Should().Be(TwoRead, $"it was split at {at}");
        }
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "501")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nA: b\r\n c: folded\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nA: b\r\n\tfolded\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\nA: b\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nA: b\nX-Evil: 1\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nA\t: b\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nA\u0001b: c\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nA(b): c\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n", "400")]
    [InlineData("POST / HTTP/2.0\r\n\r\n", "505")]
    [InlineData("POST /\r\n\r\n", "400")]
    [InlineData("POST  / HTTP/1.1\r\n\r\n", "400")]
    [InlineData("HTTP/1.1\r\n\r\n", "400")]
    [InlineData("x\r\n\r\n", "400")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nA: b", "broken")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell", "POST / HTTP/1.1|Host=a;Content-Length=5|broken")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "POST / HTTP/1.1|Host=a;Transfer-Encoding=chunked|broken")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", "POST / HTTP/1.1|Host=a;Transfer-Encoding=chunked|400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n", "POST / HTTP/1.1|Host=a;Transfer-Encoding=chunked|400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n", "POST / HTTP/1.1|Host=a;Transfer-Encoding=chunked|400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", "POST / HTTP/1.1|Host=a;Transfer-Encoding=chunked|400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", "POST / HTTP/1.1|Host=a;Transfer-Encoding=chunked|400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n", "POST / HTTP/1.1|Host=a;Transfer-Encoding=chunked|413")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n", "POST / HTTP/1.1|Host=a;Transfer-Encoding=chunked|400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4294967296\r\n\r\n", "POST / HTTP/1.1|Host=a;Content-Length=4294967296|too large 4294967296")]
    [InlineData("", "end")]
    [InlineData("\r\n\r\n", "end")]
    public async Task Read_OddMessage_IsRefusedHoweverItArrives(string text, string expected)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        (await MessageBytes.ReadAllAsync(bytes, Math.Max(1, bytes.Length))).Should().Be(expected);
        (await MessageBytes.ReadAllAsync(bytes, 1)).Should().Be(expected);
        (await MessageBytes.ReadByteByByteAsync(bytes)).Should().Be(expected);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    public async Task ReadBody_ArrivesInParts_TimeCountsFromItsBeginning(string text)
    {
        var seen = new Recorder();
        var pipe = new Pipe();
        using var head = new MessageHead();
        using var reader = new MessageReader(pipe.Reader, new TransportLimits(), readsResponses: false) { Observer = seen };
        await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(text));
        await reader.ReadHeadAsync(head, default);

        _ = reader.ReadBodyAsync(head, default).AsTask();

        seen.Events.Should().StartWith(["started", "progressed"], "a deadline counted from the message before lies in the past");
    }

    [Theory]
    [InlineData(100, 100, "end")]
    [InlineData(101, 100, "431")]
    [InlineData(16, 16, "end")]
    [InlineData(17, 16, "431")]
    public async Task ReadHead_HeaderCountAtTheLimit_S12(int headers, int limit, string end)
    {
        var text = "GET / HTTP/1.0\r\n" + string.Concat(Enumerable.Range(0, headers).Select(number => $"h{number}: v\r\n")) + "\r\n";
        (await MessageBytes.ReadAllAsync(Encoding.Latin1.GetBytes(text), 50, new TransportLimits { MaxHeaders = limit })).Should().EndWith(end);
    }

    [Theory]
    [InlineData(1024, "end")]
    [InlineData(1025, "431")]
    [InlineData(100_000, "431")]
    public async Task ReadHead_LengthAtTheLimit_S12(int length, string end)
    {
        const string Frame = "GET / HTTP/1.0\r\nh: ";
        var text = Frame + new string('v', length - Frame.Length) + "\r\n\r\n";
        (await MessageBytes.ReadAllAsync(Encoding.Latin1.GetBytes(text), 64, new TransportLimits { MaxHeaderBytes = 1024 })).Should().EndWith(end);
        (await MessageBytes.ReadAllAsync(Encoding.Latin1.GetBytes(text[..^4]), 64, new TransportLimits { MaxHeaderBytes = 1024 }))
            .Should().Be(end == "end" ? "broken" : end);
    }

    [Fact]
    public async Task ReadBody_TooManyTrailers_IsRefused_S12()
    {
        var text = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + string.Concat(Enumerable.Repeat("trailer: value\r\n", 100)) + "\r\n";
        (await MessageBytes.ReadAllAsync(Encoding.Latin1.GetBytes(text), 64, new TransportLimits { MaxHeaderBytes = 1024 })).Should().EndWith("431");
    }

    [Fact]
    public async Task ReadBody_ChunksBeyondTheLimit_AreRefused_S10()
    {
        var limits = new TransportLimits { MaxMessageBytes = 1024 };
        var chunk = "100\r\n" + new string('x', 256) + "\r\n";
        var head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        (await MessageBytes.ReadAllAsync(Encoding.Latin1.GetBytes(head + chunk + chunk + chunk + chunk + "0\r\n\r\n"), 99, limits)).Should().EndWith("end");
        (await MessageBytes.ReadAllAsync(Encoding.Latin1.GetBytes(head + chunk + chunk + chunk + chunk + "1\r\nx\r\n0\r\n\r\n"), 99, limits)).Should().EndWith("too large 1025");
        (await MessageBytes.ReadAllAsync(Encoding.Latin1.GetBytes(head + "1000\r\n" + new string('x', 4096) + "\r\n1\r\nx"), 99, limits)).Should().EndWith("413", "beyond four times the limit it ends");
    }

    [Fact]
    public async Task ReadHead_ServerWaitsForTheNextMessage_HoldsNothingOfTheLast()
    {
        var pipe = new Pipe();
        using var head = new MessageHead();
        using var reader = new MessageReader(pipe.Reader, new TransportLimits(), readsResponses: false);
        await pipe.Writer.WriteAsync("GET /one HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        await reader.ReadHeadAsync(head, default);
        head.HeaderCount.Should().Be(1);

        var next = reader.ReadHeadAsync(head, default);

        (head.HeaderCount, head.StartLineLength, head.Has(KnownHeader.Host)).Should().Be((0, 0, false));
        await pipe.Writer.WriteAsync("GET /two HTTP/1.1\r\nHost: b\r\nAccept: c\r\n\r\n"u8.ToArray());
        (await next).Should().BeTrue();
        head.HeaderCount.Should().Be(2);
    }

    [Fact]
    public async Task ReadBody_DeclaredFourGiB_AllocatesNothing_S10()
    {
        var limits = new TransportLimits { MaxMessageBytes = 1 << 30 };
        var pipe = new Pipe();
        using var head = new MessageHead();
        using var reader = new MessageReader(pipe.Reader, limits, readsResponses: false);
        await pipe.Writer.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\nabc"u8.ToArray());
        await reader.ReadHeadAsync(head, default);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var body = reader.ReadBodyAsync(head, default);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(64 * 1024);
        body.IsCompleted.Should().BeFalse();
        await pipe.Writer.CompleteAsync();
        await FluentActions.Awaiting(async () => await body).Should().ThrowAsync<IOException>();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200 OK|Content-Length=2|{}\nend")]
    [InlineData("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200|Content-Length=0|\nend")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{}", "502")]
    [InlineData("HTTP/1.1 abc\r\n\r\n", "502")]
    [InlineData("HTTP/1.1 20\r\n\r\n", "502")]
    [InlineData("HTTP/3.0 200 OK\r\n\r\n", "505")]
    [InlineData("SSH-2.0-x\r\n\r\n", "400")]
    public async Task ReadResponse_StatusLines(string text, string expected) =>
        (await MessageBytes.ReadAllAsync(Encoding.Latin1.GetBytes(text), 3, responses: true)).Should().Be(expected);

    private sealed class Recorder : IMessageObserver
    {
        public List<string> Events { get; } = [];

        public bool IsClosing => false;

        public void OnMessageStarted() => Events.Add("started");

        public void OnMessageProgressed(long received) => Events.Add("progressed");
    }
}

namespace Micro.AbuseTests.Metadata;

/// <summary>Names and values of all sorts, the same for the same seed.</summary>
internal sealed class HostilePairs(int seed)
{
    private static readonly string[] Names =
    [
        "x-a", "X-Upper", "x_b", "x.c", "x a", "x:b", ":path", ":x", "", " x", "x ", "x(c", "x/d", "x\0e", "x\rf", "x\ng", "x\u007f", "é", "x-bin", "y-bin", "cookie", "accept", "user-agent",
        "authorization", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect", "proxy-connection", "host", "grpc-timeout", "grpc-status",
        "grpc-encoding", "timeout", "micro-id", "micro-endpoint", "micro-stream", "micro-mux", "micro-cancel", "micro-error", "x-micro-error", "x-micro-id", "content-encoding", "x-content-type",
        "date", "server", "via", "forwarded", "range", "if-match", "etag", "allow", "expires", "last-modified", "content-md5", "content-location", "warning", "pragma", "link",
    ];

    private static readonly string[] Values =
    [
        "", "1", " a", "a ", "\ta", "a\t", "a\tb", "a\r\nx-evil: 1", "a\nb", "a\rb", "a\0b", "a\u0001b", "a\u007fb", "größe", "€", "😀", "\ufeffa", "%0d%0a", "QUI=", "QUI", "a,b", "a=b;c", "\"q\"", "gzip", "chunked",
        "close", "0", "-1", "99999999H", "trailers",
    ];

    private readonly Random _random = new(seed);

    public (string Name, string Value) Next()
    {
        var name = _random.Next(3) == 0 ? Text("abcxyz019-_.!#$%&'*+^`|~ :()é\t", 1, 20) : Names[_random.Next(Names.Length)];
        var value = _random.Next(3) switch
        {
            0 => Text("abc XYZ019-_.,;=\"%\\\t\u0001éß€", 0, 30),
            1 when _random.Next(20) == 0 => new string('v', _random.Next(4000, 9000)),
            _ => Values[_random.Next(Values.Length)],
        };
        return (name, value);
    }

    private string Text(string letters, int shortest, int longest) =>
        new([.. Enumerable.Range(0, _random.Next(shortest, longest + 1)).Select(_ => letters[_random.Next(letters.Length)])]);
}

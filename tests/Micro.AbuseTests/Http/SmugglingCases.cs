namespace Micro.AbuseTests.Http;

/// <summary>
/// Requests that proxies and servers have read differently, and some that are in good order. Behind each stands a question
/// about health that ends the connection: whoever takes it for a part of the body, or a part of the body for it, differs.
/// </summary>
internal static class SmugglingCases
{
    /// <summary>Asked last on each connection.</summary>
    public const string Last = "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private const string Call = "Content-Type: application/json\r\nMicro-Id: 1\r\nMicro-Endpoint: Test.Echo\r\n";
    private const string Host = "Host: a\r\n";
    private const string Two = "Content-Length: 2\r\n\r\n{}";
    private const string Chunked = "Transfer-Encoding: chunked\r\n\r\n";

    /// <summary>A name and the bytes, one char each.</summary>
    public static IEnumerable<(string Name, string Request)> All()
    {
        foreach (var line in new[]
        {
            "POST / HTTP/1.1", "POST /a/b?c=d HTTP/1.1", "POST / HTTP/1.0", "POST http://a/ HTTP/1.1", "POST http://b/ HTTP/1.1",
            "POST https://A/ HTTP/1.1", "POST ftp://a/ HTTP/1.1", "POST a/ HTTP/1.1", "POST a:80 HTTP/1.1", "POST * HTTP/1.1", "POST http:/// HTTP/1.1",
            "POST http://a@b/ HTTP/1.1", "POST  / HTTP/1.1", "POST /  HTTP/1.1", "POST / x HTTP/1.1", " POST / HTTP/1.1", "POST\t/ HTTP/1.1", "POST /\tHTTP/1.1",
            "post / HTTP/1.1", "PO ST / HTTP/1.1", "PO(ST / HTTP/1.1", "P\0ST / HTTP/1.1", "POST /\0 HTTP/1.1", "POST /\u0001 HTTP/1.1", "POST /\u007f HTTP/1.1",
            "POST /\u00e9 HTTP/1.1", "POST /%00 HTTP/1.1", "POST /%zz HTTP/1.1", "POST / HTTP/1.2", "POST / HTTP/2.0", "POST / http/1.1", "POST / HTTP/1.1 ",
            "POST / HTTP/1,1", "POST / HTTP/11", "POST /", "POST", "", "/ HTTP/1.1",
        })
        {
            yield return ($"line '{line}'", $"{line}\r\n{Host}{Call}{Two}");
        }

        yield return ("empty line before", $"\r\nPOST / HTTP/1.1\r\n{Host}{Call}{Two}");
        yield return ("LF before", $"\nPOST / HTTP/1.1\r\n{Host}{Call}{Two}");
        yield return ("CR before", $"\rPOST / HTTP/1.1\r\n{Host}{Call}{Two}");
        yield return ("line ends with LF", $"POST / HTTP/1.1\n{Host}{Call}{Two}");
        yield return ("line ends with CR CR LF", $"POST / HTTP/1.1\r\r\n{Host}{Call}{Two}");

        foreach (var host in new[]
        {
            "", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n", "Host:\r\n", "Host: a b\r\n", "Host: a,b\r\n", "Host: a/b\r\n", "Host: a@b\r\n", "Host: a:80\r\n",
            "Host: a:\r\n", "Host: a:x\r\n", "Host: a:80:80\r\n", "Host: :80\r\n", "Host: [::1]\r\n", "Host: [::1]:80\r\n", "Host: [::1\r\n", "Host: [x]\r\n", "Host: a\u00e9\r\n",
            "Host : a\r\n", " Host: a\r\n", "Host: a\tb\r\n", "Host: a_b.c-d\r\n",
        })
        {
            yield return ($"host '{host}'", $"POST / HTTP/1.1\r\n{host}{Call}{Two}");
        }

        foreach (var header in new[]
        {
            "X: a\nY: b\r\n", "X: a\rY: b\r\n", "X: a\0b\r\n", "X: a\u0001b\r\n", "X: a\u007fb\r\n", "X: \u00e9\r\n", "X: a\tb\r\n", "X:\r\n", "X : a\r\n", "X\t: a\r\n", "X\r\n", ": a\r\n",
            "X y: a\r\n", "X\u0001: a\r\n", "X\u00e9: a\r\n", "X\0: a\r\n", "X: a\r\n folded\r\n", "X: a\r\n\tfolded\r\n", " X: a\r\n", "X: a\r\r\n", "X(: a\r\n",
        })
        {
            yield return ($"header '{header}'", $"POST / HTTP/1.1\r\n{Host}{header}{Call}{Two}");
        }

        foreach (var length in new[]
        {
            "Content-Length: 2\r\nContent-Length: 2\r\n", "Content-Length: 2\r\nContent-Length: 60\r\n", "Content-Length: 2, 2\r\n", "Content-Length: +2\r\n", "Content-Length: -2\r\n",
            "Content-Length: 0x2\r\n", "Content-Length: 2 \r\n", "Content-Length: 2 2\r\n", "Content-Length: 02\r\n", "Content-Length: 2\u00a0\r\n", "Content-Length: \r\n", "Content-Length: 2.0\r\n",
            "Content-Length: 18446744073709551618\r\n", "Content-Length : 2\r\n", "Content_Length: 2\r\n", "Content-Length: 2\nX: a\r\n",
        })
        {
            yield return ($"length '{length}'", $"POST / HTTP/1.1\r\n{Host}{Call}{length}\r\n{{}}");
        }

        foreach (var encoding in new[]
        {
            "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\n", "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: \u000bchunked\r\n",
            "Transfer-Encoding: \"chunked\"\r\n", "Transfer-Encoding: chunked;a\r\n", "Transfer-Encoding: CHUNKED\r\n", "Transfer-Encoding : chunked\r\n", "Transfer-Encoding:chunked\r\n",
            "Transfer-Encoding:\r\n chunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "X: a\nTransfer-Encoding: chunked\r\n",
        })
        {
            yield return ($"encoding '{encoding}'", $"POST / HTTP/1.1\r\n{Host}{Call}{encoding}\r\n2\r\n{{}}\r\n0\r\n\r\n");
        }

        yield return ("chunks in HTTP/1.0", $"POST / HTTP/1.0\r\n{Host}Connection: keep-alive\r\n{Call}{Chunked}2\r\n{{}}\r\n0\r\n\r\n");

        foreach (var body in new[]
        {
            "2\r\n{}\r\n0\r\n\r\n", "02\r\n{}\r\n0\r\n\r\n", "2;a=b\r\n{}\r\n0;c\r\n\r\n", "2;a=\"b\"\r\n{}\r\n0\r\n\r\n", "2;a\nb\r\n{}\r\n0\r\n\r\n", "2;\n{}\r\n0\r\n\r\n", "2;a\rb\r\n{}\r\n0\r\n\r\n", "2;a\0b\r\n{}\r\n0\r\n\r\n",
            "2;a\u0001\r\n{}\r\n0\r\n\r\n", "2 \r\n{}\r\n0\r\n\r\n", " 2\r\n{}\r\n0\r\n\r\n", "2 ;a\r\n{}\r\n0\r\n\r\n", "0x2\r\n{}\r\n0\r\n\r\n", "+2\r\n{}\r\n0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n", "2\n{}\n0\n\n", "2\r\n{}\n0\r\n\r\n", "2\r\n{}0\r\n\r\n",
            "2\r\n{}\r\n0\n\n", "2\r\n{}\r\n0\r\n\n", "2\r\n{}x\r\n0\r\n\r\n", "2\r\r\n{}\r\n0\r\n\r\n", "\r\n", "g\r\n", "100000002\r\n{}\r\n0\r\n\r\n", "000000002\r\n{}\r\n0\r\n\r\n",
            "2\r\n{}\r\n0\r\nA: b\r\n\r\n", "2\r\n{}\r\n0\r\nno colon\r\n\r\n", "2\r\n{}\r\n0\r\nA: b\nC: d\r\n\r\n", "2\r\n{}\r\n0\r\nA: \0\r\n\r\n", "2\r\n{}\r\n0\r\nA : b\r\n\r\n", "2\r\n{}\r\n0\r\n: b\r\n\r\n", "2\r\n{}\r\n0\r\n A: b\r\n\r\n",
            "2\r\n{}\r\n0\r\nA: b\rc\r\n\r\n", "2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n",
        })
        {
            yield return ($"chunks '{body}'", $"POST / HTTP/1.1\r\n{Host}{Call}{Chunked}{body}");
        }

        foreach (var connection in new[] { "close", "keep-alive, close", "CLOSE , x", "x", "upgrade\r\nUpgrade: h2c" })
        {
            yield return ($"connection '{connection}'", $"POST / HTTP/1.1\r\n{Host}Connection: {connection}\r\n{Call}{Two}");
        }
    }
}

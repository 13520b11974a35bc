using System.Text;
using Micro.Codecs;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>Errors as servers send them, JSON or bare text.</summary>
public sealed class ErrorTextTests(ITestOutputHelper output) : DecoderTests(output)
{
    private protected override FuzzTarget Target { get; } = new(
        "error-text",
        Decode,
        [
            [.. "not found"u8],
            [.. "{\"id\":\"go.micro.server\",\"code\":404,\"detail\":\"größe\",\"status\":\"Not Found\"}"u8],
            Encoding.UTF8.GetBytes(Recordings.Header("error-json", "Micro-Error")),
            Encoding.UTF8.GetBytes(Recordings.Header("error-utf8-protobuf", "Micro-Error")),
        ])
    {
        AllocationCap = 4 * 1024 * 1024, // invalid bytes cost an array each, and are escaped afterwards
        MaxInputBytes = 32 * 1024, // a header
        Words = [[.. "\"code\":"u8], [.. "\"detail\":"u8], [.. "\"status\":null"u8]],
    };

    private static void Decode(byte[] input)
    {
        var text = ErrorJson.Format(ErrorJson.Parse(input));
        if (text == "{}")
        {
            return; // an error without any content
        }

        Identity.Require("the error", text, ErrorJson.Format(ErrorJson.Parse(text)));
    }
}

using System.Text;
using Micro.Transport.Grpc;
using Micro.Transport.Grpc.Framing;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>Texts in gRPC's headers: percent encoding, base64, timeout, path: S19.</summary>
public sealed class GrpcTextTests(ITestOutputHelper output) : DecoderTests(output)
{
    private protected override FuzzTarget Target { get; } = new(
        "grpc-text",
        Decode,
        [
            .. new[] { "not%20found", "größe%C3%A4%", "%E2%82%AC%", "29999163u", "99999999H", "1n", "0S", "QUJD", "QUI=", "QQ==,QUI,QUJD", "/greeter.Greeter/Hello" }
                .Concat(RecordedBytes.Members("grpc", "headers").SelectMany(static headers => headers.EnumerateArray()).Select(static pair => pair[1].GetString()!))
                .Distinct(StringComparer.Ordinal)
                .Select(Encoding.UTF8.GetBytes),
        ])
    {
        AllocationCap = 2 * 1024 * 1024, // texts in both forms, several times
        MaxInputBytes = 8 * 1024,
    };

    private static void Decode(byte[] input)
    {
        var text = InputText.Of(input);
        _ = GrpcPath.IsValid(text);
        var decoded = PercentText.Decode(text);
        Identity.Require("the percent encoding", decoded, PercentText.Decode(PercentText.Encode(decoded)));
        Identity.Require("the text itself", text, PercentText.Decode(PercentText.Encode(text)));

        if (TimeoutText.TryParse(text, out var timeout))
        {
            Identity.Require("readable", true, TimeoutText.TryParse(TimeoutText.Format(timeout), out var again));
            Identity.Require("the timeout, not shortened", true, again >= timeout);
        }

        if (Base64Text.IsValidList(text))
        {
            foreach (var part in text.Split(','))
            {
                var bytes = Base64Text.Decode(part);
                Identity.RequireBytes("the bytes", bytes, Base64Text.Decode(Convert.ToBase64String(bytes)));
            }
        }
    }
}

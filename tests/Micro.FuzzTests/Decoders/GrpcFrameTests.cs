using System.Buffers;
using System.IO.Compression;
using Micro.Codecs;
using Micro.Server;
using Micro.Server.Debug;
using Micro.Server.Handlers;
using Micro.Transport.Grpc.Server;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>gRPC frames, plain and packed, at once and in pieces: S10, S11, S19.</summary>
public sealed class GrpcFrameTests : DecoderTests, IDisposable
{
    private const int Limit = 64 * 1024;

    /// <summary>Each message costs its reader something, so their number is bounded.</summary>
    private const int MostMessages = 16;

    private static readonly ServerOptions Options = CreateOptions();

    private readonly ProtocolHost _host = new(
        Options,
        new EndpointTable([]),
        new FailureMapper("fuzz", showDetail: false, NullLogger.Instance),
        static () => default,
        new ServerStatistics(TimeProvider.System),
        new Random(1),
        NullLogger.Instance);

    public GrpcFrameTests(ITestOutputHelper output)
        : base(output)
    {
        var seeds = RecordedBytes.Hex("grpc", "data_hex").Where(static bytes => bytes.Length > 0).ToList();
        Target = new FuzzTarget("grpc-frame", Decode, [.. seeds, .. seeds.Select(static seed => Pack(seed[5..])), [.. seeds[0], .. seeds[^1], .. Pack(seeds[0])]])
        {
            AllocationCap = 8 * Limit,
            Contents = seeds,
            Pack = Pack,
        };
    }

    private protected override FuzzTarget Target { get; }

    public void Dispose() => _host.Dispose();

    private static byte[] Pack(byte[] content)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        var length = (int)output.Length;
        return [1, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. output.ToArray()];
    }

    private static ServerOptions CreateOptions()
    {
        var options = new ServerOptions { Name = "fuzz" };
        options.Limits.MaxMessageBytes = Limit;
        return options;
    }

    private void Decode(byte[] input)
    {
        var whole = Read(new ReadOnlySequence<byte>(input), input.Length);
        Identity.Require("the reading in pieces", whole, Read(Sequences.InPieces(input, 7 + (input.Length / 16)), 3 + (input.Length / 16)));
    }

    /// <summary>Returns what was read, message by message, and how it ended.</summary>
    private string Read(ReadOnlySequence<byte> bytes, int pieceBytes)
    {
        var room = new RequestRoom(_host.Held, _host.Peers.Enter(null)!, CancellationToken.None);
        using var messages = new RequestMessages(new PiecewiseReader(bytes, pieceBytes), _host, room, isGzip: true);
        var hash = new HashCode();
        var count = 0;
        try
        {
            while (count < MostMessages && Completed(messages.ReadAsync(CancellationToken.None)))
            {
                count++;
                hash.AddBytes(messages.Message.ToArray());

                messages.Release();
            }

            return $"{count} messages {hash.ToHashCode()}";
        }
        catch (CallRefusal refusal)
        {
            return $"{count} messages {hash.ToHashCode()} {refusal.Status} {refusal.Message}";
        }
    }

    private static bool Completed(ValueTask<bool> reading) =>
        reading.IsCompleted ? reading.GetAwaiter().GetResult() : throw new InvalidOperationException("the reader waits although all bytes are there");
}

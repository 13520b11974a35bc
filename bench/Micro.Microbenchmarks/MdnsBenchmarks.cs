using BenchmarkDotNet.Attributes;
using Micro.Registry.Mdns.Dns;

namespace Micro.Microbenchmarks;

/// <summary>A packet as go-micro sends it, recorded.</summary>
[MemoryDiagnoser]
public class MdnsBenchmarks
{
    private readonly byte[] _buffer = new byte[9000];
    private byte[] _packet = [];
    private DnsMessage? _message;

    [GlobalSetup]
    public void SetUp()
    {
        _packet = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Recordings", "06-get-response-1-node.bin"));
        _message = DnsReader.TryRead(_packet, out var message) ? message : throw new InvalidOperationException("the recording cannot be read");
    }

    [Benchmark]
    public bool Decode() => DnsReader.TryRead(_packet, out _);

    [Benchmark]
    public bool Encode() => DnsWriter.TryWrite(_message!, _buffer, compress: true, out _);
}

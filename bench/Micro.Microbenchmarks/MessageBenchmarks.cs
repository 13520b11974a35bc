using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Micro.Client;
using Micro.Client.Mucp;
using Micro.Codecs;
using Micro.Transport;
using Micro.Transport.Messages;

namespace Micro.Microbenchmarks;

/// <summary>Head of a mucp request: read as a server does, written as a client does.</summary>
[MemoryDiagnoser]
public class MessageBenchmarks : IDisposable
{
    private readonly MessageHead _head = new();
    private readonly RequestHeads _heads = new();
    private readonly TransportLimits _limits = new();
    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private CallPlan? _plan;
    private ReadOnlySequence<byte> _request;

    [GlobalSetup]
    public void SetUp()
    {
        var formats = new ContentFormats();
        formats.TryGet(ContentTypes.Protobuf, out var format);
        _plan = new CallPlan(new ClientOptions(), Fleet.Service, "Greeter.Hello", new CallOptions(), format!, null, 123_456);
        WriteHead();
        var text = Encoding.ASCII.GetString(_output.WrittenSpan);
        _request = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text[..text.LastIndexOf("\r\n", StringComparison.Ordinal)]));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _head.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int ReadHead()
    {
        _head.Parse(in _request, _limits, isResponse: false);
        return _head.HeaderCount;
    }

    [Benchmark]
    public int WriteHead()
    {
        _output.ResetWrittenCount();
        _heads.Write(_output, "127.0.0.1:8080", _plan!, TimeSpan.FromSeconds(5), 18);
        return _output.WrittenCount;
    }
}

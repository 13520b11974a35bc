using System.Buffers;
using BenchmarkDotNet.Attributes;
using Greeter;
using Micro.Codecs;

namespace Micro.Microbenchmarks;

/// <summary>Encodes and decodes a small message; decoding allocates only the message.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private readonly ICodec _json = MicroCodecs.Json();
    private readonly Request _message = new() { Name = "0123456789abcdef" };
    private readonly PlainRequest _plain = new() { Name = "0123456789abcdef" };
    private ReadOnlySequence<byte> _protobufBytes;
    private ReadOnlySequence<byte> _jsonBytes;

    [GlobalSetup]
    public void SetUp()
    {
        EncodeProtobuf();
        _protobufBytes = new ReadOnlySequence<byte>(_output.WrittenSpan.ToArray());
        EncodeJson();
        _jsonBytes = new ReadOnlySequence<byte>(_output.WrittenSpan.ToArray());
    }

    [Benchmark]
    public int EncodeProtobuf() => Encode(MicroCodecs.Protobuf, _message);

    [Benchmark]
    public Request DecodeProtobuf() => MicroCodecs.Protobuf.Decode<Request>(in _protobufBytes);

    [Benchmark]
    public int EncodeJson() => Encode(_json, _plain);

    [Benchmark]
    public PlainRequest DecodeJson() => _json.Decode<PlainRequest>(in _jsonBytes);

    [Benchmark]
    public int EncodeProtobufAsJson() => Encode(_json, _message);

    [Benchmark]
    public Request DecodeProtobufFromJson() => _json.Decode<Request>(in _jsonBytes);

    private int Encode<T>(ICodec codec, T message)
    {
        _output.ResetWrittenCount();
        codec.Encode(message, _output);
        return _output.WrittenCount;
    }
}

/// <summary>A plain message.</summary>
public sealed class PlainRequest
{
    public string Name { get; set; } = "";
}

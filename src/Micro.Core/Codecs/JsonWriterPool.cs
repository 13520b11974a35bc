using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Codecs;

/// <summary>Pools JSON writers. A pooled writer has no output.</summary>
internal sealed class JsonWriterPool(JsonSerializerOptions options)
{
    private static readonly NoOutput NullOutput = new();

    private readonly DefaultObjectPool<Utf8JsonWriter> _pool = new(new Policy(options));

    public Utf8JsonWriter Rent(IBufferWriter<byte> output)
    {
        var writer = _pool.Get();
        writer.Reset(output);
        return writer;
    }

    /// <summary>Returns a writer to the pool; drops unflushed content.</summary>
    public void Return(Utf8JsonWriter writer)
    {
        writer.Reset(NullOutput);
        _pool.Return(writer);
    }

    private sealed class Policy(JsonSerializerOptions options) : IPooledObjectPolicy<Utf8JsonWriter>
    {
        private readonly JsonWriterOptions _options = new()
        {
            Encoder = options.Encoder,
            Indented = options.WriteIndented,
            MaxDepth = options.MaxDepth,
            SkipValidation = true, // the serializer writes well-formed JSON
        };

        public Utf8JsonWriter Create() => new(NullOutput, _options);

        public bool Return(Utf8JsonWriter obj) => true;
    }

    private sealed class NoOutput : IBufferWriter<byte>
    {
        public void Advance(int count) => throw Unused();

        public Memory<byte> GetMemory(int sizeHint = 0) => throw Unused();

        public Span<byte> GetSpan(int sizeHint = 0) => throw Unused();

        private static InvalidOperationException Unused() => new("a writer in the pool has no output");
    }
}

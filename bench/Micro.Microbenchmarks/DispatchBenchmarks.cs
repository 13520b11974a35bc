using System.Buffers;
using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Greeter;
using Micro.Codecs;
using Micro.Server;
using Micro.Server.Handlers;
using Micro.Server.Handlers.Binding;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Microbenchmarks;

/// <summary>From the endpoint's name in the transport's memory to the encoded response.</summary>
[MemoryDiagnoser]
public class DispatchBenchmarks
{
    private static ReadOnlySpan<byte> Endpoint => "Greeter.Hello"u8;
    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private EndpointTable? _endpoints;
    private HandlerContext? _context;
    private ReadOnlySequence<byte> _request;

    [GlobalSetup]
    public void SetUp()
    {
        var builder = new EndpointTableBuilder();
        builder.AddHandler(HandlerBinder.Bind(HandlerSource.Shared(new EchoHandler()), new HandlerOptions { Name = "Greeter" }, [], NullLogger.Instance));
        _endpoints = builder.Build([]);
        _context = new HandlerContext(
            Fleet.Service, "Greeter.Hello", ContentTypes.Protobuf, isStream: false, new NoHeaders(), TimeProvider.System, long.MaxValue, null, null, CancellationToken.None);
        _request = new ReadOnlySequence<byte>(new Request { Name = "0123456789abcdef" }.ToByteArray());
    }

    [Benchmark]
    public bool FindEndpoint() => _endpoints!.TryGet(Endpoint, out _);

    [Benchmark]
    public int FindAndInvoke()
    {
        _output.ResetWrittenCount();
        _endpoints!.TryGet(Endpoint, out var invoker);
        var pending = invoker!.InvokeAsync(_context!, MicroCodecs.Protobuf, in _request, _output);
        return pending.IsCompletedSuccessfully ? _output.WrittenCount : throw new InvalidOperationException("the handler is synchronous");
    }

    public sealed class EchoHandler
    {
        public Response Hello(Request request)
        {
            ArgumentNullException.ThrowIfNull(request);
            return new Response { Msg = request.Name };
        }
    }

    private sealed class NoHeaders : IHeaderSource
    {
        public CallMetadata ReadMetadata() => [];

        public string? ReadHeader(string name) => null;
    }
}

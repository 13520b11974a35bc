using System.Buffers;
using Micro.Basics;
using Micro.Codecs;
using Micro.Server.Handlers;
using Micro.Telemetry;
using Micro.Transport.Messages;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Server.Mucp;

/// <summary>A unary call on a server connection with its own copy of the request; used again for later calls.</summary>
internal sealed class MucpServerCall : LinkedItem<MucpServerCall>, IResettable, IDisposable
{
    /// <summary>Head of the request; what replies repeat and handlers see as metadata.</summary>
    public MessageHead Head { get; set; } = new();

    /// <summary>Body of the request.</summary>
    public PooledBufferWriter Request { get; } = new();

    /// <summary>Gets or sets the room that the request has taken of the server, zero for a small one.</summary>
    public long HeldBytes { get; set; }

    /// <summary>The response, or what a failed handler left of it.</summary>
    public PooledBufferWriter Response { get; } = new();

    public EndpointInvoker Invoker { get; set; } = null!;

    public ContentFormat Format { get; set; } = null!;

    /// <summary>The context of the handler; it lives as long as this object.</summary>
    public HandlerContext Context { get; } = new();

    /// <summary>The telemetry of the call; empty when telemetry is off.</summary>
    public ServerCall Observed { get; set; }

    /// <summary>Id within the envelope of peers from before go-micro 1.0.</summary>
    public string EnvelopeId { get; set; } = "";

    /// <summary><c>Micro-Id</c> of a multiplexed call; -1 for a call in order.</summary>
    public long MultiplexedId { get; set; }

    public bool IsMultiplexed => MultiplexedId >= 0;

    /// <summary>Copies the body.</summary>
    public ReadOnlySequence<byte> Keep(in ReadOnlySequence<byte> body)
    {
        Request.Clear();
        body.CopyTo(Request.GetSpan((int)body.Length));
        Request.Advance((int)body.Length);

        return new ReadOnlySequence<byte>(Request.WrittenMemory);
    }

    /// <summary>Releases the memory of large messages.</summary>
    public bool TryReset()
    {
        Request.Clear();
        Response.Clear();
        Context.Clear();
        Observed = default;
        return true;
    }

    public void Dispose()
    {
        Head.Dispose();
        Request.Dispose();
        Response.Dispose();
    }
}

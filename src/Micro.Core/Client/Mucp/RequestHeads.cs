using System.Buffers;
using System.Collections.Concurrent;
using Micro.Basics;
using Micro.Transport;
using Micro.Transport.Messages;

namespace Micro.Client.Mucp;

/// <summary>Writes request heads. What is the same for every call to an endpoint is encoded once.</summary>
internal sealed class RequestHeads
{
    /// <summary>Endpoints whose head is kept; a client that makes names up must not fill the memory.</summary>
    private const int MaxKept = 4096;

    private readonly ConcurrentDictionary<(string Service, string Endpoint, string ContentType, string? Rpc), Prefixes> _prefixes = new();

    /// <summary>Writes a head up to and with the empty line.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="address">Address of the node, for <c>Host</c>.</param>
    /// <param name="plan">The call.</param>
    /// <param name="timeout">Time the server has, or zero for no deadline.</param>
    /// <param name="bodyLength">Bytes of the body.</param>
    /// <param name="error">Text of <c>Micro-Error</c>, or <see langword="null"/>.</param>
    /// <param name="asksToMultiplex">Whether the server is asked to take many calls at a time on this connection.</param>
    /// <exception cref="MicroException">The metadata is too large.</exception>
    public void Write(IBufferWriter<byte> output, string address, CallPlan plan, TimeSpan timeout, int bodyLength, string? error = null, bool asksToMultiplex = false)
    {
        output.Write(PrefixOf(plan).Exclusive);
        output.WriteHeader(MucpHeaderNames.Host, address);
        output.WriteHeader(MucpHeaderNames.ContentLength, bodyLength);
        output.WriteHeader(MucpHeaderNames.MicroId, plan.Id);

        // Unique per call: without it a Go server loses one in 30,000 calls on a connection that is used again.
        output.WriteHeader(MucpHeaderNames.MicroStream, plan.Id);
        if (timeout > TimeSpan.Zero)
        {
            output.WriteHeader(MucpHeaderNames.Timeout, DeadlineHeader.FromTimeSpan(timeout));
        }

        if (asksToMultiplex)
        {
            // A Go server gives the 0 back; one of ours makes it a 1.
            output.Write("Micro-Mux: 0\r\n"u8);
        }

        if (error is not null)
        {
            output.WriteHeader(MucpHeaderNames.MicroError, error);
        }

        if (plan.Options.CloseConnection)
        {
            output.Write("Connection: close\r\n"u8);
        }

        if (plan.Metadata is { Count: > 0 } metadata)
        {
            WriteMetadata(output, metadata);
        }

        output.Write("\r\n"u8);
    }

    /// <summary>Writes the head of a call on a shared connection: what the server needs to know and no more.</summary>
    /// <exception cref="MicroException">The metadata is too large.</exception>
    public void WriteMultiplexed(PooledBufferWriter output, ReadOnlySpan<byte> host, CallPlan plan, long id, TimeSpan timeout, int bodyLength)
    {
        output.Write(PrefixOf(plan).Multiplexed);
        output.WriteHeader(MucpHeaderNames.Host, host);
        output.WriteHeader(MucpHeaderNames.ContentLength, bodyLength);
        output.WriteHeader(MucpHeaderNames.MicroId, id);
        if (timeout > TimeSpan.Zero)
        {
            output.WriteHeader(MucpHeaderNames.Timeout, DeadlineHeader.FromTimeSpan(timeout));
        }

        if (plan.Metadata is { Count: > 0 } metadata)
        {
            WriteMetadata(output, metadata);
        }

        output.Write("\r\n"u8);
    }

    private static void WriteMetadata(IBufferWriter<byte> output, CallMetadata metadata)
    {
        var (bytes, entries) = (0, 0);
        foreach (var (key, value) in metadata)
        {
            if (KnownHeaders.IsOurs(key) || HeaderRules.IsReserved(key))
            {
                continue;
            }

            bytes += key.Length + System.Text.Encoding.UTF8.GetByteCount(value) + 4;
            if (HeaderRules.SizeProblem(bytes, ++entries) is { } problem)
            {
                throw new MicroException(400, "go.micro.client", problem, ErrorKind.InvalidRequest);
            }

            output.WriteUtf8(key);
            output.Write(": "u8);
            output.WriteUtf8(value);
            output.Write("\r\n"u8);
        }
    }

    private Prefixes PrefixOf(CallPlan plan)
    {
        var key = (plan.Service, plan.Endpoint, plan.Format.ContentType, plan.Options.Rpc);
        if (_prefixes.TryGetValue(key, out var prefix))
        {
            return prefix;
        }

        prefix = MakePrefix(plan);
        if (_prefixes.Count < MaxKept)
        {
            _prefixes.TryAdd(key, prefix);
        }

        return prefix;
    }

    private static Prefixes MakePrefix(CallPlan plan)
    {
        var output = new ArrayBufferWriter<byte>(256);
        output.Write("POST / HTTP/1.1\r\n"u8);
        output.WriteHeader(MucpHeaderNames.Accept, plan.Format.ContentTypeBytes);
        output.WriteHeader(MucpHeaderNames.ContentType, plan.Format.ContentTypeBytes);
        output.WriteHeader(MucpHeaderNames.MicroEndpoint, plan.Endpoint);
        output.WriteHeader(MucpHeaderNames.MicroMethod, plan.Endpoint);
        output.WriteHeader(MucpHeaderNames.MicroService, plan.Service);
        WriteRpc(output, plan);
        var exclusive = output.WrittenSpan.ToArray();
        output.ResetWrittenCount();
        output.Write("POST / HTTP/1.1\r\n"u8);
        output.WriteHeader(MucpHeaderNames.ContentType, plan.Format.ContentTypeBytes);
        output.WriteHeader(MucpHeaderNames.MicroEndpoint, plan.Endpoint);
        output.WriteHeader(MucpHeaderNames.MicroService, plan.Service);
        WriteRpc(output, plan);
        return new Prefixes(exclusive, output.WrittenSpan.ToArray());
    }

    /// <summary>Go servers know the endpoint by its short name alone; servers of this framework tell two contracts apart.</summary>
    private static void WriteRpc(ArrayBufferWriter<byte> output, CallPlan plan)
    {
        if (plan.Options.Rpc is { } rpc)
        {
            output.WriteHeader(MucpHeaderNames.MicroRpc, rpc);
        }
    }

    private sealed record Prefixes(byte[] Exclusive, byte[] Multiplexed);
}

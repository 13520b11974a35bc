using Micro.Basics;
using Micro.Server.Peers;
using Micro.Transport;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Server.Listening;

/// <summary>
/// One HTTP/2 request from its headers to the last byte of its answer. Kestrel gives it to the next request of a stream that it
/// uses again.
/// </summary>
internal sealed class Http2Request : LinkedItem<Http2Request>
{
    /// <summary>Time limit for an answer while the address of the caller is above its share; large answers get more at the rate below.</summary>
    private static readonly TimeSpan ShortTime = TimeSpan.FromSeconds(2);

    private const int ShortBytesPerSecond = 1024 * 1024;

    private long _sendingSince = long.MaxValue;
    private long _untakenBytes;
    private IReapable? _messages;

    /// <summary>Gets Kestrel's view of it.</summary>
    public IFeatureCollection Features { get; private set; } = null!;

    /// <summary>Gets what requests of its connection share.</summary>
    public Http2Connection Connection { get; private set; } = null!;

    /// <summary>Gets whether it is a stream.</summary>
    public bool IsStream { get; private set; }

    /// <summary>Gets or sets the size of the answer, as far as it was not sent before the end of the handler.</summary>
    public long ReplyBytes { get; set; }

    /// <summary>Begins with a request.</summary>
    public void Begin(IFeatureCollection features, Http2Connection connection)
    {
        Features = features;
        Connection = connection;
        IsStream = false;
        ReplyBytes = 0;
        connection.Add(this);
    }

    /// <summary>Ends the request: its answer is written, or nobody waits for it.</summary>
    public void End()
    {
        EndSending();
        Connection.Remove(this);
    }

    /// <summary>Marks it as a stream, which counts as one until its last bytes are written.</summary>
    public void BeginStream()
    {
        IsStream = true;
        Connection.Host.BeginStream();
    }

    /// <summary>Has the time watched that messages take to arrive, until the end of the call.</summary>
    public void Watch(IReapable? messages) => Volatile.Write(ref _messages, messages);

    /// <summary>Something waits to be sent: the caller has to read it in time.</summary>
    /// <param name="bytes">Its size.</param>
    public void BeginSending(long bytes)
    {
        EndSending();
        if (bytes > ByteBudget.FreeBytes)
        {
            _untakenBytes = bytes;
            Connection.Host.Held.CountUntaken(Connection.Peer, bytes);
        }

        Volatile.Write(ref _sendingSince, Connection.Host.Pauses.RunningTime());
    }

    /// <summary>It was sent.</summary>
    public void EndSending()
    {
        Volatile.Write(ref _sendingSince, long.MaxValue);
        if (_untakenBytes > 0)
        {
            Connection.Host.Held.CountUntaken(Connection.Peer, -_untakenBytes);
            _untakenBytes = 0;
        }
    }

    /// <summary>Resets the request when its caller is late; called only while it is one of its connection.</summary>
    public void CutIfLate(long now)
    {
        Volatile.Read(ref _messages)?.CutIfLate(now);
        if (now - Volatile.Read(ref _sendingSince) > Connection.Host.TimeProvider.Units(TimeToTake()))
        {
            Volatile.Write(ref _sendingSince, long.MaxValue);
            Connection.Host.Logger.RequestReset(Connection.Remote, "it reads its answer too slowly");
            Features.Get<IHttpRequestLifetimeFeature>()?.Abort();
        }
    }

    /// <summary>Returns the time limit for the answer to be read, shorter while the address of the caller is above its share.</summary>
    private TimeSpan TimeToTake()
    {
        var limits = Connection.Host.Limits;
        return limits.WriteTimeout > ShortTime && Connection.Host.Held.IsExceededBy(Connection.Peer)
            ? ShortTime + TimeSpan.FromSeconds((double)Volatile.Read(ref _untakenBytes) / ShortBytesPerSecond)
            : limits.WriteTimeout + TimeSpan.FromSeconds((double)Volatile.Read(ref _untakenBytes) / limits.MinLargeBodyBytesPerSecond);
    }
}

using Micro.Server;

namespace Micro.Hosting.Generic;

/// <summary>
/// How much of the host's shutdown time the services may use: all but a rest in which cancelled calls are answered and
/// the others stop.
/// </summary>
internal sealed class StopBudget
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(24);
    private readonly TimeProvider _time;

    public StopBudget(TimeSpan host, TimeProvider time)
    {
        _time = time;
        var isBounded = host >= TimeSpan.Zero && host < LongestTimer;
        Time = isBounded ? host - (host / 5 < Rest ? host / 5 : Rest) : Timeout.InfiniteTimeSpan;
    }

    /// <summary>The time; infinite when the host sets no limit.</summary>
    public TimeSpan Time { get; }

    /// <summary>
    /// The time that a service asks for beyond the budget; <see langword="null"/> when it fits. A shutdown timeout that
    /// nobody set asks for nothing: it takes what is there.
    /// </summary>
    public TimeSpan? Exceeds(ServerOptions server)
    {
        var isGiven = server.ShutdownTimeout != new ServerOptions().ShutdownTimeout;
        var wanted = (server.DrainDelay ?? default) + (isGiven ? server.ShutdownTimeout : default);
        return Time != Timeout.InfiniteTimeSpan && wanted > Time ? wanted : null;
    }

    /// <summary>Starts to count; when the token fires, running calls are cancelled.</summary>
    public Stop Begin(CancellationToken cancellationToken) => new(Time, _time, cancellationToken);

    /// <summary>One stop.</summary>
    internal sealed class Stop : IDisposable
    {
        private readonly CancellationTokenSource _timeout;
        private readonly CancellationTokenSource _either;

        public Stop(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
        {
            _timeout = new CancellationTokenSource(limit, time);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, cancellationToken);
        }

        public CancellationToken Token => _either.Token;

        public void Dispose()
        {
            _either.Dispose();
            _timeout.Dispose();
        }
    }
}

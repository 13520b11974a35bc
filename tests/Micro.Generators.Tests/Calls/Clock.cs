using Google.Protobuf.WellKnownTypes;
using Micro.Server;

namespace Micro.Generators.Calls;

/// <summary>A handler per call that takes the context of its call.</summary>
internal sealed class Clock(HandlerContext context) : IClock
{
    public Task<Duration> SinceAsync(Timestamp request, CancellationToken cancellationToken = default) =>
        Task.FromResult(new Duration { Seconds = request.Seconds, Nanos = context.ContentType == "application/protobuf" ? 1 : 0 });

    public async IAsyncEnumerable<Timestamp> TickAsync(Duration request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var second = 1; second <= request.Seconds; second++)
        {
            yield return new Timestamp { Seconds = second };
            await Task.Yield();
        }
    }
}

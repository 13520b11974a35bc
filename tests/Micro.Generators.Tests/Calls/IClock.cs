using Google.Protobuf.WellKnownTypes;

namespace Micro.Generators.Calls;

/// <summary>Messages of protobuf: they need no JSON context and travel as protobuf.</summary>
[MicroContract("Clock", Service = RunningService.Name)]
internal interface IClock
{
    Task<Duration> SinceAsync(Timestamp request, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Timestamp> TickAsync(Duration request, CancellationToken cancellationToken = default);
}

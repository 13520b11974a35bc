using System.Diagnostics.Metrics;
using System.Globalization;
using Micro.Registry;

namespace Micro.FaultPeer;

/// <summary>
/// Many clients in one process: <c>herd CLIENTS WATCHES</c> starts them, each with connections of its own and watches of
/// <c>faults-1</c>, <c>faults-2</c>, ...; <c>figures</c> returns how many watches know their service, how many failed after they
/// did, and how many HTTP requests were sent.
/// </summary>
internal sealed class Herd : IAsyncDisposable
{
    private readonly string[] _flags;
    private readonly MeterListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<MicroService> _clients = [];
    private readonly List<Task> _watches = [];
    private long _known;
    private long _surfaced;
    private long _requests;

    public Herd(string[] flags)
    {
        _flags = flags;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "System.Net.Http" && instrument.Name == "http.client.request.duration")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref _requests));
        _listener.Start();
    }

    public string Start(string[] arguments)
    {
        var (clients, watches) = (Number(arguments[0]), Number(arguments[1]));
        for (var client = 0; client < clients; client++)
        {
            var service = MicroService.Create(static options => options.Name("faults.client").ClientOnly().HandleSignals(false), _flags);
            _clients.Add(service);
            _watches.AddRange(Enumerable.Range(1, watches).Select(number => Task.Run(() => WatchAsync(service.Registry, $"faults-{number}"))));
        }

        return "started";
    }

    public string Figures() => string.Create(
        CultureInfo.InvariantCulture, $"{Interlocked.Read(ref _known)} {Interlocked.Read(ref _surfaced)} {Interlocked.Read(ref _requests)}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_watches);
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync(IRegistry registry, string service)
    {
        var isKnown = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in registry.WatchAsync(service, _stop.Token))
                {
                    if (!isKnown && change.Kind == RegistryEventKind.Synchronized)
                    {
                        isKnown = true;
                        Interlocked.Increment(ref _known);
                    }
                }
            }
            catch (Exception) when (!_stop.IsCancellationRequested)
            {
                Interlocked.Add(ref _surfaced, isKnown ? 1 : 0);
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                // The herd ends.
            }
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

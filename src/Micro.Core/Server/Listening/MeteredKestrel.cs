using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Micro.Server.Listening;

/// <summary>
/// A Kestrel server together with its meter. Kestrel creates a meter with each server and leaves it to the runtime's list of
/// all meters, which holds it and its instruments for the life of the process: 2.8 KB for each server that was ever started.
/// </summary>
internal sealed class MeteredKestrel : IDisposable
{
    private const string MeterName = "Microsoft.AspNetCore.Server.Kestrel";

    private readonly KestrelServer _server;
    private readonly Meter? _meter;

    public MeteredKestrel(KestrelServerOptions options, IConnectionListenerFactory listeners, ILoggerFactory loggerFactory)
    {
        // A meter cannot be asked for, but its instruments are published on the thread that creates them.
        var thread = Environment.CurrentManagedThreadId;
        var isCreating = false;
        Meter? meter = null;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (isCreating && Environment.CurrentManagedThreadId == thread && string.Equals(instrument.Meter.Name, MeterName, StringComparison.Ordinal))
                {
                    meter = instrument.Meter;
                }
            },
        };
        listener.Start();
        isCreating = true;
        _server = new KestrelServer(Options.Create(options), listeners, loggerFactory);
        isCreating = false;
        _meter = meter;
    }

    /// <exception cref="IOException">The address is in use.</exception>
    public Task StartAsync(IHttpApplication<Http2Request> application, CancellationToken cancellationToken) =>
        _server.StartAsync(application, cancellationToken);

    /// <summary>Stops accepting, asks all connections to end and waits for them; cancellation cuts them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public void Dispose()
    {
        _server.Dispose();
        _meter?.Dispose();
    }
}

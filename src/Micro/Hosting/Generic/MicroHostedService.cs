using Micro.Basics;
using Micro.Wiring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Micro.Hosting.Generic;

/// <summary>
/// All services of a container in the life of their host: wrong input is reported before anything starts; they listen and
/// register when everything else has started, and deregister, drain and close before anything else stops. Started one by
/// one, stopped together, so that their times do not add up.
/// </summary>
internal sealed class MicroHostedService(
    IServiceProvider provider,
    IEnumerable<MicroRegistration> registrations,
    IOptions<HostOptions> host,
    ILoggerFactory loggers,
    TimeProvider? time = null) : IHostedLifecycleService
{
    private readonly ILogger _logger = loggers.CreateLineLogger("Micro.MicroService");
    private readonly StopBudget _budget = new(host.Value.ShutdownTimeout, time ?? TimeProvider.System);
    private List<MicroService> _services = [];

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var services = registrations.Select(registration => registration.Get(provider)).ToList();
        var answers = services.Select(static service => service.Answer).OfType<string>().ToList();
        if (answers.Count > 0)
        {
            StartEnd.Answer(string.Join(Environment.NewLine + Environment.NewLine, answers));
        }

        if (Problems(services) is { Count: > 0 } problems)
        {
            throw new MicroConfigurationException(problems);
        }

        _services = services;
        foreach (var service in services.Where(static service => !service.IsClientOnly))
        {
            if (_budget.Exceeds(service.Server.Options) is { } wanted)
            {
                ServiceLog.ShutdownDoesNotFit(_logger, service.Name, wanted, host.Value.ShutdownTimeout, _budget.Time);
            }
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        KeylessRoutes.Check(provider, [.. registrations.Select(static registration => registration.Key)]);
        try
        {
            foreach (var service in _services)
            {
                await service.StartAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            if (exception is MicroConfigurationException)
            {
                StartEnd.WatchErrors(_services.Count == 1 ? _services[0].Name : AppDomain.CurrentDomain.FriendlyName);
            }

            // A host that did not start stops nobody: what was started here must not stay registered.
            var errors = new StepErrors(exception);
            await errors.RunAsync(() => StopAllAsync(CancellationToken.None)).ConfigureAwait(false);
            errors.ThrowIfAny();
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => StopAllAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>With several services it must be clear whose mistake it is, and one that all share is told once.</summary>
    private static List<string> Problems(List<MicroService> services) =>
        [.. services
            .SelectMany(static service => service.Problems.Select(problem => (service.Name, Problem: problem)))
            .GroupBy(static found => found.Problem, StringComparer.Ordinal)
            .Select(same => services.Count == 1 || same.Count() > 1 ? same.Key : $"{same.First().Name}: {same.Key}")];

    private async Task StopAllAsync(CancellationToken cancellationToken)
    {
        using var budget = _budget.Begin(cancellationToken);
        var token = budget.Token;
        await Task.WhenAll(_services.Select(service => service.StopAsync(token))).ConfigureAwait(false);
    }
}

using Micro.Basics;
using Micro.Registry;
using Micro.Telemetry;

namespace Micro.Server.Registrations;

/// <summary>
/// Writes and withdraws one record, each within a time limit and never both at once, so that a late write cannot restore a
/// withdrawn node. Used by the registration loop only.
/// </summary>
internal sealed class RegistrationAssertion(IRegistry registry, Func<ServiceRecord> record, ServerOptions options, TimeProvider timeProvider)
{
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(10);
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly BoundedOperation _write = new("registering", timeProvider);
    private readonly BoundedOperation _withdraw = new("deregistering", timeProvider);
    private ServiceRecord? _written;
    private Registration? _registration;

    /// <summary>Fires when the registry reports the record as lost.</summary>
    public CancellationToken Lost => _registration?.Lost ?? Never;

    /// <summary>Gets the reason why only some of several registries hold the record.</summary>
    public Exception? Incomplete => _registration?.Incomplete;

    /// <summary>Gets the address from which another process registered the same node id.</summary>
    public string? Conflict => _registration?.ConflictingAddress;

    /// <summary>Gets whether the registry may hold the record: written, or attempted with an unknown outcome.</summary>
    public bool MayBeStored => _written is not null;

    public string NodeId => _written is { Nodes: [var node, ..] } ? node.Id : $"{options.Name}-{options.Id}";

    public async Task WriteAsync(TimeSpan ttl, CancellationToken cancellationToken)
    {
        var current = record();
        var before = _written;
        _written = current;
        _registration = null;
        Registration? result = null;
        try
        {
            await ObserveAsync("register", () => _write.RunAsync(
                async token => result = await registry.RegisterAsync(current, new RegisterOptions { Ttl = ttl }, token).ConfigureAwait(false),
                WriteLimit,
                cancellationToken)).ConfigureAwait(false);
        }
        catch (ArgumentException)
        {
            // An invalid record was not stored, so only the previous one may have to be withdrawn.
            _written = before;
            throw;
        }

        _registration = result;
    }

    /// <summary>Withdraws the record; after a failure it counts as stored and is withdrawn again next time.</summary>
    public async Task WithdrawAsync(CancellationToken cancellationToken)
    {
        if (_written is not { } written)
        {
            return;
        }

        _registration = null;
        await ObserveAsync("deregister", () => _withdraw.RunAsync(
            async token =>
            {
                // An abandoned write may still be in flight: withdrawing must come after it.
                await _write.Running.WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await registry.DeregisterAsync(written, token).ConfigureAwait(false);
            },
            options.DeregisterTimeout,
            cancellationToken)).ConfigureAwait(false);
        _written = null;
    }

    private Task ObserveAsync(string operation, Func<Task> run) =>
        RegistryOperation.RunAsync(operation, registry.Name, options.Name, timeProvider, run);
}

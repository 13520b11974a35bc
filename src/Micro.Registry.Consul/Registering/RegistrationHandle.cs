namespace Micro.Registry.Consul.Registering;

/// <summary>What callers hold of a registration; shared by the nodes of one record and by unchanged renewals.</summary>
#pragma warning disable CA1001 // The token outlives the registry in the hands of callers; the source has no timer and no wait handle.
internal sealed class RegistrationHandle
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _lost = new();
    private readonly Registration _registration;

    public RegistrationHandle(ServiceRecord service, TimeSpan ttl)
    {
        Ttl = ttl;
        _registration = new Registration(service, _lost.Token);
    }

    public TimeSpan Ttl { get; }

    public bool Holds(ServiceRecord service, TimeSpan ttl) =>
        !_lost.IsCancellationRequested && Ttl == ttl && _registration.Service.Equals(service);

    /// <summary>Returns the result of one assertion.</summary>
    /// <param name="conflict">The address from which another process registered the same id.</param>
    public Registration Confirm(string? conflict) =>
        conflict is null ? _registration : new Registration(_registration.Service, _lost.Token) { ConflictingAddress = conflict };

    /// <summary>Tells the owner, on a thread of its own.</summary>
    public void Lose() => _ = _lost.CancelAsync();
}

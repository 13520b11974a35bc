using Microsoft.AspNetCore.Authorization;

namespace Micro.Authentication;

[MicroContract("Ledger", Service = "vault")]
public interface ILedger
{
    Task<Secret> ReadAsync(Secret request, CancellationToken cancellationToken = default);

    [Authorize(Roles = "auditor")]
    Task<Secret> AuditAsync(Secret request, CancellationToken cancellationToken = default);
}

[Authorize(Roles = "clerk")]
internal sealed class Ledger : ILedger
{
    public Task<Secret> ReadAsync(Secret request, CancellationToken cancellationToken = default) => Task.FromResult(request);

    public Task<Secret> AuditAsync(Secret request, CancellationToken cancellationToken = default) => Task.FromResult(request);
}

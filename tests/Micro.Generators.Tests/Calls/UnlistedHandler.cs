namespace Micro.Generators.Calls;

internal sealed class UnlistedHandler : IUnlisted
{
    public Task<Unlisted> SendAsync(Number request, CancellationToken cancellationToken = default) => Task.FromResult(new Unlisted(1));
}

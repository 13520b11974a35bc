using Micro.Server;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Authentication;

/// <summary>
/// Evaluates <c>[Authorize]</c> with the services of the call's container, or with its own services when the container has
/// no authorization. Safe for concurrent use.
/// </summary>
internal sealed class PolicyEvaluator(Action<AuthorizationOptions>? policies)
{
    private readonly Lazy<IServiceProvider> _own = new(() =>
        new ServiceCollection().AddLogging().AddAuthorizationCore(policies ?? (static _ => { })).BuildServiceProvider());

    /// <exception cref="InvalidOperationException">A policy is not known.</exception>
    public async ValueTask<bool> IsAllowedAsync(HandlerContext context, IReadOnlyList<IAuthorizeData> attributes)
    {
        var services = context.HasServices && context.Services.GetService<IAuthorizationService>() is not null ? context.Services : _own.Value;
        var provider = services.GetRequiredService<IAuthorizationPolicyProvider>();
        if (await AuthorizationPolicy.CombineAsync(provider, attributes).ConfigureAwait(false) is not { } policy)
        {
            return true;
        }

        var result = await services.GetRequiredService<IAuthorizationService>().AuthorizeAsync(context.User, context, policy).ConfigureAwait(false);
        return result.Succeeded;
    }
}

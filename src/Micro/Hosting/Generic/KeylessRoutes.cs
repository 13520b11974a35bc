using System.Reflection;
using Micro.Client;
using Micro.Registry;
using Micro.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Hosting.Generic;

/// <summary>
/// Finds routes that inject a part of a service without its key where every service has a key. Such a parameter is not in the
/// container, so ASP.NET Core reads it from the request body, which fails when a request comes.
/// </summary>
internal static class KeylessRoutes
{
    private static readonly Type[] Parts = [typeof(IMicroClient), typeof(IMicroServer), typeof(IRegistry), typeof(MicroService)];

    /// <param name="services">Container of the host, after all routes were added.</param>
    /// <param name="keys">Keys of the services.</param>
    /// <exception cref="InvalidOperationException">A route has such a parameter; the message names the route and the keys.</exception>
    public static void Check(IServiceProvider services, IReadOnlyList<string?> keys)
    {
        if (keys.Contains(null) || services.GetService<EndpointDataSource>() is not { } routes)
        {
            return;
        }

        var advice = $"the services have the keys {string.Join(", ", keys)}: use [FromKeyedServices(\"{keys[0]}\")]";
        foreach (var route in Build(routes, advice))
        {
            var wrong = route.Metadata.GetMetadata<MethodInfo>()?.GetParameters().FirstOrDefault(parameter => IsKeyless(parameter, services));
            if (wrong is not null)
            {
                throw new InvalidOperationException($"route '{route.DisplayName}' injects {wrong.ParameterType.Name} {wrong.Name} without a key; {advice}");
            }
        }
    }

    private static IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Build(EndpointDataSource routes, string advice)
    {
        try
        {
            return routes.Endpoints;
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException($"a route is invalid; if it injects a part of a Micro service without a key: {advice}", exception);
        }
    }

    private static bool IsKeyless(ParameterInfo parameter, IServiceProvider services) =>
        Parts.Contains(parameter.ParameterType)
        && !parameter.GetCustomAttributes().Any(static attribute => attribute is FromKeyedServicesAttribute)
        && services.GetService<IServiceProviderIsService>()?.IsService(parameter.ParameterType) != true;
}

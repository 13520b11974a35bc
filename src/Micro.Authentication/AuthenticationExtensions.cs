using Micro.Server;

namespace Micro.Authentication;

/// <summary>Adds authentication of callers to services and servers.</summary>
public static class AuthenticationExtensions
{
    /// <summary>
    /// Authenticates the callers of all endpoints, unary and stream, over mucp and gRPC, with the Debug endpoints and gRPC reflection;
    /// health stays open. The caller is in <see cref="HandlerContext.User"/>. Interceptors that were added before run around it and
    /// see calls that it refuses.
    /// </summary>
    /// <param name="options">The options of the service.</param>
    /// <param name="configure">
    /// Sets issuer and rules; <see langword="null"/> when the public key comes from <c>--auth_public_key</c> or
    /// <c>MICRO_AUTH_PUBLIC_KEY</c> and nothing else is needed.
    /// </param>
    /// <returns>The options of the service.</returns>
    public static MicroServiceOptions Authenticate(this MicroServiceOptions options, Action<JwtOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.WrapHandler(Create(configure));
    }

    /// <summary>
    /// Authenticates the callers of a server that is about to be created, as
    /// <see cref="Authenticate(MicroServiceOptions, Action{JwtOptions})"/> does for a service.
    /// </summary>
    /// <param name="options">The options of the server.</param>
    /// <param name="configure">Sets issuer and rules; <see langword="null"/> when <see cref="ServerOptions.AuthPublicKey"/> is all that is needed.</param>
    /// <returns>The options of the server.</returns>
    public static ServerOptions Authenticate(this ServerOptions options, Action<JwtOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Interceptors.Add(Create(configure));
        return options;
    }

    private static JwtInterceptor Create(Action<JwtOptions>? configure)
    {
        var options = new JwtOptions();
        configure?.Invoke(options);
        return new JwtInterceptor(options);
    }
}

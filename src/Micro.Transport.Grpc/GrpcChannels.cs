using Micro.Transport.Grpc.Client;
using Microsoft.Extensions.Options;

namespace Micro.Transport.Grpc;

/// <summary>Makes channels.</summary>
public static class GrpcChannels
{
    /// <summary>Makes a channel. No system proxy is used and nothing is opened before the first call.</summary>
    /// <param name="address"><c>http://host:port</c> for HTTP/2 without TLS (prior knowledge), <c>https://host:port</c> with it.</param>
    /// <param name="configure">Changes the default settings.</param>
    /// <param name="timeProvider">Time source of deadlines; <see langword="null"/> for the system's.</param>
    /// <returns>The channel.</returns>
    /// <exception cref="ArgumentException">The address is neither <c>http</c> nor <c>https</c>.</exception>
    /// <exception cref="OptionsValidationException">Settings are wrong; the message names all of them.</exception>
    public static IGrpcChannel Create(Uri address, Action<GrpcChannelOptions>? configure = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.AbsolutePath != "/" || address.UserInfo.Length > 0)
        {
            throw new ArgumentException($"'{address}' is no address of a gRPC server: it must be http://host:port or https://host:port", nameof(address));
        }

        var options = new GrpcChannelOptions();
        configure?.Invoke(options);
        var result = new GrpcChannelOptionsValidator().Validate(null, options);
        if (result.Failed)
        {
            throw new OptionsValidationException(nameof(GrpcChannelOptions), typeof(GrpcChannelOptions), result.Failures);
        }

        return new GrpcChannel(address, options, timeProvider ?? TimeProvider.System);
    }
}

using Microsoft.Extensions.Options;

namespace Micro.Transport.Grpc;

/// <summary>Checks the settings and reports everything that is wrong at once.</summary>
internal sealed class GrpcChannelOptionsValidator : IValidateOptions<GrpcChannelOptions>
{
    private const int MaxMessageBytes = 1024 * 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, GrpcChannelOptions options)
    {
        var errors = new List<string>();
        OptionRules.Positive(errors, nameof(options.ConnectTimeout), options.ConnectTimeout);
        OptionRules.Between(errors, nameof(options.MaxReceiveMessageBytes), options.MaxReceiveMessageBytes, 1, MaxMessageBytes);
        OptionRules.Between(errors, nameof(options.MaxSendMessageBytes), options.MaxSendMessageBytes, 1, MaxMessageBytes);
        OptionRules.Between(errors, nameof(options.MaxHeaderBytes), options.MaxHeaderBytes, 1024, 1024 * 1024);
        OptionRules.Positive(errors, nameof(options.KeepAliveTimeout), options.KeepAliveTimeout);
        if (options.KeepAliveDelay < TimeSpan.FromSeconds(5))
        {
            errors.Add($"{nameof(options.KeepAliveDelay)} {options.KeepAliveDelay}: must be at least 5 s, servers close connections that are pinged more often");
        }

        if (options.KeepAliveTimeout < TimeSpan.FromSeconds(1))
        {
            errors.Add($"{nameof(options.KeepAliveTimeout)} {options.KeepAliveTimeout}: must be at least 1 s");
        }

        if (options.Tls.ClientCertificate is { HasPrivateKey: false })
        {
            errors.Add($"{nameof(options.Tls)}: the client certificate has no private key");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}

using Micro.Basics;

namespace Micro.Registry.Etcd;

/// <summary>Checks the settings and reports all mistakes at once.</summary>
internal static class EtcdOptionRules
{
    public static List<string> Check(EtcdRegistryOptions options)
    {
        var errors = new List<string>();
        foreach (var address in options.Addresses)
        {
            if (!EtcdAddress.TryParse(address, options.Secure, out _))
            {
                errors.Add($"{nameof(options.Addresses)} '{SecretText.WithoutSecrets(address)}': must be host, host:port, http://host:port or https://host:port");
            }
        }

        CheckPrefix(errors, nameof(options.Prefix), options.Prefix);
        foreach (var prefix in options.ForeignPrefixes)
        {
            CheckPrefix(errors, nameof(options.ForeignPrefixes), prefix);
            if (prefix.StartsWith(options.Prefix, StringComparison.Ordinal) || options.Prefix.StartsWith(prefix, StringComparison.Ordinal))
            {
                errors.Add($"{nameof(options.ForeignPrefixes)} '{prefix}': overlaps with {nameof(options.Prefix)} '{options.Prefix}'");
            }
        }

        OptionRules.Positive(errors, nameof(options.Timeout), options.Timeout);
        OptionRules.Positive(errors, nameof(options.ConnectTimeout), options.ConnectTimeout);
        OptionRules.Positive(errors, nameof(options.RelistInterval), options.RelistInterval);
        OptionRules.Between(errors, nameof(options.MaxReceiveBytes), options.MaxReceiveBytes, 4 * 1024 * 1024, 1024 * 1024 * 1024);
        if (options.RenewalLimit is { } limit)
        {
            OptionRules.Positive(errors, nameof(options.RenewalLimit), limit);
        }

        if (string.IsNullOrEmpty(options.Username) != string.IsNullOrEmpty(options.Password))
        {
            errors.Add($"{nameof(options.Username)} and {nameof(options.Password)}: one of them is missing");
        }

        if (options.Tls.ClientCertificateFile is null != options.Tls.ClientKeyFile is null)
        {
            errors.Add($"{nameof(options.Tls)}: client certificate and key belong together, one of the files is missing");
        }

        return errors;
    }

    private static void CheckPrefix(List<string> errors, string name, string? prefix)
    {
        if (prefix is not ['/', .., '/'] || prefix.Length > 255 || prefix.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            errors.Add($"{name} '{prefix}': must start and end with '/' and hold printable ASCII only, at most 255 characters");
        }
    }
}

using System.Collections;

namespace Micro.Registry.Consul.Settings;

/// <summary>Consul's own environment variables, for what the options leave open.</summary>
internal sealed class ConsulEnvironment(IReadOnlyDictionary<string, string?> variables)
{
    public static ConsulEnvironment Of(ConsulRegistryOptions options)
    {
        if (options.Environment is { } given)
        {
            return new ConsulEnvironment(given);
        }

        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value;
        }

        return new ConsulEnvironment(variables);
    }

    public void ApplyTo(ConsulRegistryOptions options, List<string> errors)
    {
        if (options.Addresses.Count == 0)
        {
            foreach (var address in (Find("CONSUL_HTTP_ADDR") ?? "127.0.0.1:8500").Split(','))
            {
                options.Addresses.Add(address.Trim());
            }
        }

        var tls = options.Tls;
        tls.CaFile ??= Find("CONSUL_CACERT");
        tls.CaDirectory ??= Find("CONSUL_CAPATH");
        tls.ClientCertificateFile ??= Find("CONSUL_CLIENT_CERT");
        tls.ClientKeyFile ??= Find("CONSUL_CLIENT_KEY");
        tls.ServerName ??= Find("CONSUL_TLS_SERVER_NAME");
        tls.SkipVerification ??= !(FindFlag("CONSUL_HTTP_SSL_VERIFY", errors) ?? true) || (FindFlag("MICRO_TLS_INSECURE", errors) ?? false);
        options.Scheme ??= FindFlag("CONSUL_HTTP_SSL", errors) is { } ssl
            ? ssl ? "https" : "http"
            : tls.CaFile is not null || tls.CaDirectory is not null || tls.ClientCertificateFile is not null ? "https" : "http";
        options.BasicAuthentication ??= Find("CONSUL_HTTP_AUTH");
        options.Namespace ??= Find("CONSUL_NAMESPACE");
        options.Partition ??= Find("CONSUL_PARTITION");
        ApplyToken(options, errors);
    }

    private void ApplyToken(ConsulRegistryOptions options, List<string> errors)
    {
        if (options.Token is not null)
        {
            return;
        }

        // As in Consul's own tools the file wins over the variable with the token itself.
        var file = options.TokenFile ?? Find("CONSUL_HTTP_TOKEN_FILE");
        if (file is null)
        {
            options.Token = Find("CONSUL_HTTP_TOKEN");
            return;
        }

        try
        {
            options.Token = File.ReadAllText(file).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            errors.Add($"TokenFile: '{file}' cannot be read: {exception.Message}");
        }
    }

    private string? Find(string name) => variables.TryGetValue(name, out var value) && !string.IsNullOrEmpty(value) ? value : null;

    private bool? FindFlag(string name, List<string> errors)
    {
        var text = Find(name);
        switch (text?.ToUpperInvariant())
        {
            case null:
                return null;
            case "1" or "T" or "TRUE":
                return true;
            case "0" or "F" or "FALSE":
                return false;
            default:
                errors.Add($"the environment variable {name} must be true or false, not '{text}'");
                return null;
        }
    }
}

using Micro.Transport;

namespace Micro.Settings;

/// <summary>TLS from outside: any setting of a side switches it on there, and a file takes the place of what code gave.</summary>
internal static class TlsSettings
{
    private const string Hidden = "***";

    /// <summary>Settings that are <see langword="null"/> until somebody gives them.</summary>
    public static readonly string[] WithoutDefault =
    [
        "server_tls_cert", "server_tls_key", "server_tls_key_password", "server_tls_client_ca", "server_tls_client_cert",
        "client_tls_ca", "client_tls_cert", "client_tls_key", "client_tls_key_password", "client_tls_server_name",
    ];

    private static readonly string[] Requirements = ["none", "request", "require"];

    public static ServerTlsOptions Server(SettingTarget target) => target.Server.Tls ??= new ServerTlsOptions();

    public static ClientTlsOptions Client(SettingTarget target) => target.Client.Tls ??= new ClientTlsOptions();

    public static void UseFile(this TlsOptions options, string path)
    {
        options.CertificateFile = path;
        options.Certificate = null;
        options.CertificateSelector = null;
    }

    public static ClientCertificateRequirement Requirement(string text) => KnownNames.Get("client certificate requirement", text, Requirements) switch
    {
        "none" => ClientCertificateRequirement.None,
        "request" => ClientCertificateRequirement.Request,
        _ => ClientCertificateRequirement.Require,
    };

    public static void SkipVerification(SettingTarget target, bool skip)
    {
        if (target.Client.Tls is { } tls)
        {
            tls.SkipVerification = skip;
        }
    }

    /// <summary>What counts, in the notation in which it is given; never a password.</summary>
    public static string? Read(string name, ServerTlsOptions? tls) => name switch
    {
        "server_tls_cert" => tls?.CertificateFile,
        "server_tls_key" => tls?.KeyFile,
        "server_tls_key_password" => tls?.KeyPassword is null ? null : Hidden,
        "server_tls_client_ca" => tls?.CaFile,
        "server_tls_client_cert" => tls is null ? null : Requirements[(int)tls.Requirement],
        _ => null,
    };

    /// <summary>What counts, in the notation in which it is given; never a password.</summary>
    public static string? Read(string name, ClientTlsOptions? tls) => name switch
    {
        "client_tls" => tls is null ? "false" : "true",
        "client_tls_ca" => tls?.CaFile,
        "client_tls_cert" => tls?.CertificateFile,
        "client_tls_key" => tls?.KeyFile,
        "client_tls_key_password" => tls?.KeyPassword is null ? null : Hidden,
        "client_tls_server_name" => tls?.ServerName,
        "tls_insecure" => tls is { SkipVerification: true } ? "true" : "false",
        _ => null,
    };

    /// <summary>Checks what belongs together, once all is applied, and names the settings it can have come from.</summary>
    public static void Validate(SettingTarget target, ICollection<string> problems)
    {
        var errors = new List<string>();
        target.Server.Tls?.Validate("server", errors);
        Report("server_tls", errors, target, problems);
        errors.Clear();
        target.Client.Tls?.Validate("client", errors);
        Report("client_tls", errors, target, problems);
    }

    private static void Report(string prefix, List<string> errors, SettingTarget target, ICollection<string> problems)
    {
        var origins = target.Origins.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(static pair => pair.Value).ToList();
        foreach (var error in errors)
        {
            problems.Add(origins.Count > 0 ? $"{error} (from {string.Join(", ", origins)})" : error);
        }
    }
}

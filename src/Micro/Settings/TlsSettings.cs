using Micro.Transport;

namespace Micro.Settings;

/// <summary>TLS from outside: any setting of a side switches it on there, and a file takes the place of what code gave.</summary>
internal static class TlsSettings
{
    private static readonly string[] Requirements = ["none", "request", "require"];

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

    public static string Text(ClientCertificateRequirement requirement) => Requirements[(int)requirement];

    public static void SkipVerification(SettingTarget target, bool skip)
    {
        if (target.Client.Tls is { } tls)
        {
            tls.SkipVerification = skip;
        }
    }

    /// <summary>Creates a setting of the server's TLS.</summary>
    public static Setting Server(string name, string hint, string help, Action<ServerTlsOptions, string> apply, Func<ServerTlsOptions, string?> read) =>
        new(name, hint, help, (target, text) => apply(target.Server.Tls ??= new ServerTlsOptions(), text), target => target.Server.Tls is { } tls ? read(tls) : null);

    /// <summary>Creates a setting of the client's TLS.</summary>
    public static Setting Client(string name, string hint, string help, Action<ClientTlsOptions, string> apply, Func<ClientTlsOptions, string?> read) =>
        new(name, hint, help, (target, text) => apply(Client(target), text), target => target.Client.Tls is { } tls ? read(tls) : null);

    /// <summary>Returns stars in place of a password.</summary>
    public static string? Hide(string? password) => password is null ? null : "***";

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

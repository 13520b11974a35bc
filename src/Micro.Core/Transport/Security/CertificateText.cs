using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Micro.Transport.Security;

/// <summary>Explains problems of the peer's certificate.</summary>
internal static class CertificateText
{
    private const int MaxNames = 8;
    private const int MaxLength = 256;

    /// <summary>Returns the most important problem; those that trusting an authority cannot fix come first.</summary>
    /// <returns>Cause and remedy; <see langword="null"/> when the certificate is not the problem.</returns>
    public static string? Explain(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors, string? name, string trustOption)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return ExplainChain(certificate, chain, trustOption);
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"its certificate is for {NamesOf(certificate)}, not for '{name}': call it by one of these names, or set the expected name (--client_tls_server_name)"
            : null;
    }

    public static string NameOf(X509Certificate2 certificate) => Shorten(certificate.Subject);

    private static string ExplainChain(X509Certificate2 certificate, X509Chain? chain, string trustOption)
    {
        var found = X509ChainStatusFlags.NoError;
        foreach (var status in chain?.ChainStatus ?? [])
        {
            found |= status.Status;
        }

        if (found.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return ExplainTime(certificate, chain!);
        }

        if ((found & ~(X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) is var other && other != X509ChainStatusFlags.NoError)
        {
            return $"its certificate '{NameOf(certificate)}' is not valid for this use ({other}): issue another one";
        }

        return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
            ? $"its certificate '{NameOf(certificate)}' is self-signed and not trusted: use one from a trusted authority, or trust this one ({trustOption})"
            : $"its certificate '{NameOf(certificate)}' was issued by the unknown authority '{Shorten(certificate.Issuer)}': trust that authority ({trustOption}), or use a certificate from a trusted one";
    }

    private static string ExplainTime(X509Certificate2 certificate, X509Chain chain)
    {
        var late = chain.ChainElements
            .FirstOrDefault(static element => element.ChainElementStatus.Any(static status => status.Status == X509ChainStatusFlags.NotTimeValid))?.Certificate ?? certificate;
        var begin = late.NotBefore.ToUniversalTime();
        return begin > chain.ChainPolicy.VerificationTime.ToUniversalTime()
            ? string.Create(CultureInfo.InvariantCulture, $"its certificate '{NameOf(late)}' is not valid before {begin:u}: correct the clocks, or wait")
            : string.Create(CultureInfo.InvariantCulture, $"its certificate '{NameOf(late)}' expired on {late.NotAfter.ToUniversalTime():u}: renew it");
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(static extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(static address => address.ToString())))
            .Take(MaxNames)
            .Select(static name => $"'{Shorten(name)}'")
            .ToList();
        return names.Count > 0 ? string.Join(", ", names) : $"no name, only '{NameOf(certificate)}'";
    }

    private static string Shorten(string text) =>
        new([.. text.Take(MaxLength).Select(static character => char.IsControl(character) ? '?' : character)]);
}

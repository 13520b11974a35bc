using System.Diagnostics;

namespace Micro.Registry.Consul.Tests.Agents;

/// <summary>eng/backends.sh finds the package mirror in every form of apt's configuration, and nothing else.</summary>
public sealed class BackendsScriptTests : IDisposable
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    private readonly DirectoryInfo _apt = Directory.CreateTempSubdirectory("micro-apt-");

    [SkippableFact]
    public async Task Mirrors_OneLineForms_Found() => (await MirrorsAsync(
        "debian.list",
        $"""
        # deb [signed-by={Keyring}] http://commented.test/debian bookworm main
        deb-src [signed-by={Keyring}] http://sources.test/debian bookworm main
        deb [signed-by=/usr/share/keyrings/other.gpg] http://other.test/debian bookworm main
        deb http://plain.test/debian bookworm main contrib
        deb [ arch=amd64 signed-by={Keyring} ] http://signed.test/debian bookworm main # a remark
        deb [signed-by={Keyring}] http://security.test/debian-security bookworm-security main
        deb [signed-by=/usr/share/keyrings/flat.gpg] http://flat.test/ ./
        """)).Should().Equal("http://signed.test/debian", "http://plain.test/debian");

    [SkippableFact]
    public async Task Mirrors_Deb822Forms_Found() => (await MirrorsAsync(
        "debian.sources",
        $"""
        Types: deb deb-src
        # URIs: http://commented.test/debian
        URIs: http://first.test/debian
          http://second.test/debian
        Suites: bookworm bookworm-updates
        Components: main
        signed-by: {Keyring}

        Types: deb
        URIs: http://security.test/debian-security
        Suites: bookworm-security
        Components: main
        Signed-By: {Keyring}

        Enabled: no
        Types: deb
        URIs: http://disabled.test/debian
        Suites: bookworm
        Signed-By: {Keyring}

        Types: deb-src
        URIs: http://sources.test/debian
        Suites: bookworm
        Signed-By: {Keyring}

        Types: deb
        URIs: http://other.test/debian
        Suites: stable
        Components: main
        Signed-By:
         -----BEGIN PGP PUBLIC KEY BLOCK-----
         .
         mQINBF
        """)).Should().Equal("http://first.test/debian", "http://second.test/debian");

    [SkippableFact]
    public async Task Mirrors_DisabledFiles_PassedOver() => (await MirrorsAsync(
        "debian.list.disabled", "deb http://disabled.test/debian bookworm main")).Should().BeEmpty();

    [SkippableFact]
    public void Script_NamesNoHost() => File.ReadAllText(Path.Combine(Repository.Root, "eng", "backends.sh")).Should().NotContain("://");

    public void Dispose() => _apt.Delete(recursive: true);

    private async Task<IReadOnlyList<string>> MirrorsAsync(string file, string content)
    {
        Skip.IfNot(File.Exists("/usr/bin/apt-config"), "apt is Debian's");
        var parts = _apt.CreateSubdirectory("parts").FullName;
        await File.WriteAllTextAsync(Path.Combine(parts, file), content + "\n");
        var configuration = Path.Combine(_apt.FullName, "apt.conf");
        await File.WriteAllTextAsync(configuration, $"Dir::Etc::sourcelist \"/dev/null\";\nDir::Etc::sourceparts \"{parts}\";\n");
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "eng", "backends.sh"), "--mirrors"]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["APT_CONFIG"] = configuration;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[1])];
    }
}

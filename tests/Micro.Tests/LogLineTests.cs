using Micro.Basics;
using Micro.Testing;
using Microsoft.Extensions.Logging;

namespace Micro.Tests;

/// <summary>Nobody forges a line of the log: S23.</summary>
public sealed class LogLineTests
{
    [Theory]
    [InlineData("a name", "a name")]
    [InlineData("a\tname", "a\tname")]
    [InlineData("x\r\ninfo: Micro.Server[1] all is well", "x\\r\\ninfo: Micro.Server[1] all is well")]
    [InlineData("\u001b[2Jcleared", "\\u001b[2Jcleared")]
    [InlineData("next\u0085line\u2028and\u2029another", "next\\u0085line\\u2028and\\u2029another")]
    public void Log_TextOfAPeer_StaysOnItsLine_S23(string text, string line)
    {
        var logs = new CapturingLoggerFactory();

#pragma warning disable CA1848, CA2254 // Not a message of the framework.
        logs.CreateLineLogger("Micro.Test").LogWarning("skipped '{Name}'", text);
#pragma warning restore CA1848, CA2254

        logs.Entries.Single().Message.Should().Be($"skipped '{line}'");
    }

    [Fact]
    public void Sources_CreateLineLoggersOnly_S23()
    {
        var direct = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Where(static file => File.ReadAllText(file).Contains(".CreateLogger(\"", StringComparison.Ordinal))
            .Select(Path.GetFileName);

        // What it logs is its own text, the endpoint's name and an address.
        direct.Should().Equal("JwtInterceptor.cs");
    }
}

using System.Text;
using Micro.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Micro.Tests.Hosting.Generic;

/// <summary>Flag before variable before configuration file before code, in a host as everywhere.</summary>
public sealed class HostConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("micro-host-").FullName;
    private readonly string _prefix = $"T{Guid.NewGuid():N}_";
    private readonly List<string> _variables = [];

    [Theory]
    [InlineData("code", 20, "code")]
    [InlineData("code file", 30, "Micro:RegisterTtl in appsettings.json")]
    [InlineData("code file double", 35, "Micro__RegisterTtl")]
    [InlineData("code file double variable", 40, "MICRO_REGISTER_TTL")]
    [InlineData("code file variable key", 45, "--Micro:RegisterTtl")]
    [InlineData("code file double variable key flag", 50, "--register_ttl")]
    public void Build_SeveralSources_StrongestGivenCounts_R_SVC_6(string sources, int ttl, string source)
    {
        // Added in the wrong order on purpose: what something is counts, not where it was added.
        var host = TestHost.Build(
            builder =>
            {
                string[] arguments = [.. sources.Contains("flag") ? new[] { "--register_ttl=50" } : [], .. sources.Contains("key") ? new[] { "--Micro:RegisterTtl", "45" } : []];
                builder.Configuration.AddCommandLine(arguments);
                AddVariable(builder, "Micro__RegisterTtl", sources.Contains("double") ? "35" : null);
                AddFile(builder, "appsettings.json", sources.Contains("file") ? """{"Micro":{"RegisterTtl":30}}""" : "{}");
                builder.Services.AddMicro(options => options.RegisterTtl(TimeSpan.FromSeconds(20)));
            },
            environment: sources.Contains("variable") ? new() { ["MICRO_REGISTER_TTL"] = "40" } : []);

        host.Service.Server.Options.RegisterTtl.Should().Be(TimeSpan.FromSeconds(ttl));
        host.Service.DescribeSettings().Single(setting => setting.Name == "register_ttl")
            .Should().Be(new EffectiveSetting("register_ttl", $"{ttl}s", source));
    }

    [Fact]
    public void Build_FilesOfAnEnvironment_LaterFileReplacesTheWholeList()
    {
        var host = TestHost.Build(builder =>
        {
            AddFile(builder, "appsettings.json", """{"Micro":{"Registry":"mine","RegistryAddress":["a","b"],"ServerMetadata":{"zone":"a","rack":"1"}}}""");
            AddFile(builder, "appsettings.Production.json", """{"Micro":{"RegistryAddress":["c"],"ServerMetadata":{"rack":"2"}}}""");
            builder.Services.AddMicro(options => options.AddRegistry("mine", _ => Registry.MemoryRegistry.Create()));
        });
        var settings = host.Service.DescribeSettings().ToDictionary(setting => setting.Name);

        settings["registry_address"].Should().Be(new EffectiveSetting("registry_address", "c", "Micro:RegistryAddress in appsettings.Production.json"));
        settings["server_metadata"].Value.Should().Be("rack=2,zone=a");
        settings["server_metadata"].Source.Should().Be("Micro:ServerMetadata in appsettings.json, Micro:ServerMetadata in appsettings.Production.json");
    }

    [Fact]
    public async Task Build_WebApplication_TakesTheFlagsOfItsCommandLine()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = ["--register_ttl=50", "--urls=http://127.0.0.1:0"] });
        builder.Services.ConfigureAll<MicroServiceOptions>(options => TestHost.Isolate(options));
        builder.Services.AddMicro();
        await using var application = builder.Build();

        application.Services.GetRequiredService<MicroService>().Server.Options.RegisterTtl.Should().Be(TimeSpan.FromSeconds(50));
    }

    [Fact]
    public async Task Start_MistypedFlag_IsAnErrorOnce()
    {
        await using var application = Web(static _ => { }, "--regster_interval=7");

        var error = (await FluentActions.Awaiting(() => application.StartAsync()).Should().ThrowAsync<MicroConfigurationException>()).Which;

        error.Problems.Should().Equal("unknown flag '--regster_interval': did you mean '--register_interval'? (a flag of the application needs IgnoreUnknownFlags())");
    }

    [Fact]
    public void Build_FlagsOfTheApplication_AreItsOwn()
    {
        Web(static options => options.IgnoreUnknownFlags(), "--servers=7").Services.GetRequiredService<MicroService>().Problems.Should().BeEmpty();
        Web(static options => options.Flags(new System.CommandLine.Option<int>("--servers")), "--servers=7").Services.GetRequiredService<MicroService>().Problems.Should().BeEmpty();
        Web(static _ => { }, "--contentRoot=/", "--something=1").Services.GetRequiredService<MicroService>().Problems.Should().BeEmpty();
    }

    private static WebApplication Web(Action<MicroServiceOptions> configure, params string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [.. arguments, "--urls=http://127.0.0.1:0"] });
        builder.Services.ConfigureAll<MicroServiceOptions>(options => TestHost.Isolate(options));
        builder.Services.AddMicro(configure);
        return builder.Build();
    }

    [Fact]
    public async Task Start_TextInPlaceOfTheSection_IsAnError()
    {
        await using var host = TestHost.Build(builder =>
        {
            AddFile(builder, "appsettings.json", """{"Micro":"text"}""");
            builder.Services.AddMicro();
        });

        (await FluentActions.Awaiting(() => host.Host.StartAsync()).Should().ThrowAsync<MicroConfigurationException>())
            .Which.Problems.Should().Equal("'Micro in appsettings.json' is the text 'text': must be a section of settings");
    }

    [Fact]
    public void Build_VariablesWithoutEffect_AreReportedOncePerProcess()
    {
        var host = TestHost.Build(
            builder =>
            {
                builder.Services.AddMicro("orders");
                builder.Services.AddMicro("billing");
            },
            environment: new() { ["MICRO_BROKER"] = "nats" });

        host.Services.GetRequiredKeyedService<MicroService>("orders").Problems.Should().BeEmpty();
        host.Services.GetRequiredKeyedService<MicroService>("billing").Problems.Should().BeEmpty();

        host.Logs.Entries.Should().ContainSingle(static entry => entry.Message.Contains("MICRO_BROKER: no setting has such a variable"));
    }

    [Fact]
    public void Build_EnvironmentIgnored_NeitherSpellingCounts()
    {
        var host = TestHost.Build(
            builder =>
            {
                AddVariable(builder, "Micro__RegisterTtl", "35");
                builder.Services.AddMicro(options => options.RegisterTtl(TimeSpan.FromSeconds(20)).IgnoreEnvironment());
            },
            environment: new() { ["MICRO_REGISTER_TTL"] = "40" });

        host.Service.Server.Options.RegisterTtl.Should().Be(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Start_MistakesEverywhere_AllAreReportedAtOnceAndNothingStarts()
    {
        var steps = new Steps();
        await using var host = TestHost.Build(
            builder =>
            {
                AddFile(builder, "appsettings.json", """{"Micro":{"RegisterTtl":"soon","RegistryAdress":"x","orders":{"SeverAddress":":1"}}}""");
                builder.Services.AddMicro("orders", options => options.ClientOptions(client => client.PoolSize = -3));
                builder.Services.AddMicro("billing", options => options.ServerOptions(server => server.RegisterCheckFailures = 0));
                builder.Services.AddSingleton(steps.Hosted("other"));
            },
            environment: new() { ["MICRO_CLIENT_RETRIES"] = "-1" });

        var error = (await FluentActions.Awaiting(() => host.Host.StartAsync()).Should().ThrowAsync<MicroConfigurationException>()).Which;

        error.Problems.Should().SatisfyRespectively(
            problem => problem.Should().Be("unknown key 'Micro:orders:SeverAddress in appsettings.json': did you mean 'Micro:orders:ServerAddress'?"),
            problem => problem.Should().Be("unknown key 'Micro:RegistryAdress in appsettings.json': did you mean 'Micro:RegistryAddress'?"),
            problem => problem.Should().Be("'soon' is not a duration: write whole seconds or 500ms, 10s, 1m30s or 00:00:10 (from Micro:RegisterTtl in appsettings.json)"),
            problem => problem.Should().Be("number '-1' must not be negative (from MICRO_CLIENT_RETRIES)"),
            problem => problem.Should().StartWith("orders: ").And.Contain("pool size"),
            problem => problem.Should().StartWith("billing: ").And.Contain("register check failures"));
        steps.All.Should().BeEmpty();
    }

    [Fact]
    public void Build_AddedTwice_ConfiguresOneService()
    {
        var host = TestHost.Build(builder =>
        {
            builder.Services.AddMicro(options => options.Name("orders"));
            builder.Services.AddMicro((provider, options) => options.Version(provider.GetRequiredService<IHostEnvironment>().EnvironmentName));
        });

        host.Service.Name.Should().Be("orders");
        host.Service.Server.Options.Version.Should().Be("Production");
        host.Services.GetServices<IHostedService>().Should().ContainSingle();
    }

    [Fact]
    public void Build_LogLevelVariable_WarnsThatTheHostOwnsLogging()
    {
        var host = TestHost.Build(builder => builder.Services.AddMicro(), environment: new() { ["MICRO_LOG_LEVEL"] = "debug" });

        host.Service.Name.Should().NotBeNull();

        host.Logs.Entries.Should().Contain(entry => entry.Message.Contains("log_level from MICRO_LOG_LEVEL has no effect"));
    }

    [Fact]
    public async Task Time_OfTheContainer_IsTheServices()
    {
        var time = new ManualTimeProvider();
        await using var host = TestHost.Build(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddMicro();
        });

        host.Service.Server.Options.TimeProvider.Should().BeSameAs(time);
    }

    public void Dispose()
    {
        _variables.ForEach(name => Environment.SetEnvironmentVariable(name, null));
        Directory.Delete(_folder, recursive: true);
    }

    private void AddFile(HostApplicationBuilder builder, string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder, name), text, Encoding.UTF8);
        builder.Configuration.AddJsonFile(new Microsoft.Extensions.FileProviders.PhysicalFileProvider(_folder), name, optional: false, reloadOnChange: false);
    }

    /// <summary>A real variable, under a prefix that nobody else has.</summary>
    private void AddVariable(HostApplicationBuilder builder, string name, string? value)
    {
        _variables.Add(_prefix + name);
        Environment.SetEnvironmentVariable(_prefix + name, value);
        builder.Configuration.AddEnvironmentVariables(_prefix);
    }
}

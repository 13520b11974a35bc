namespace Micro.Packages.Tests;

/// <summary>From an empty folder to a call, as a new user does it, with the packed packages.</summary>
[Collection(PackedRepositoryCollection.Name)]
public sealed class TemplateTests(PackedRepository repository)
{
    [Fact]
    public async Task Templates_ServiceAndClient_BuildAndCallEachOther()
    {
        var user = await TemplateFolder.CreateAsync(repository);

        (await user.ListAsync()).Should().Contain("micro-service").And.Contain("micro-client");
        var service = await user.BuildAsync("micro-service", "my-orders", "--service-name", "packed-orders");
        user.Read("my-orders/Program.cs").Should().Contain("using my_orders;").And.Contain("\"packed-orders\"").And.NotContain("emplate");
        user.Read("my-orders/greeter.proto").Should().Contain("csharp_namespace = \"my_orders\"");
        (await user.ItemsAsync("my-orders", "JsonSchemaSegment")).Should().Contain("ConfigurationSchema.json", "editors complete appsettings.json by it");
        Directory.GetFiles(Path.GetDirectoryName(service)!, "*.dll").Select(Path.GetFileName).Should().NotContain("Grpc.Tools.dll", "it belongs to the build");
        var client = await user.BuildAsync("micro-client", "caller", "--service-name", "packed-orders");

        // Without multicast two processes share no registry; the service is called by its address then.
        var multicast = Environment.GetEnvironmentVariable("MICRO_TEST_MULTICAST") == "1";
        using var serving = await SampleProcess.StartAsync("dotnet", service, multicast ? "--registry=mdns" : "--registry=memory");
        (await Call.JsonAsync(serving.Address, "Greeter.Hello", """{"name":"Anna"}""")).Should().Be("""{"msg":"Hello Anna"}""");
        (await Call.GrpcAsync(serving.Address, "greeter.Greeter/Hello", """{"name":"Cleo"}""")).Should().Be("""{"msg":"Hello Cleo"}""");
        if (multicast)
        {
            (await Command.RunAsync("dotnet", client, "--name=Bert")).Succeeded().Output.Should().StartWith("Hello Bert\n");
        }

        (await Command.RunAsync("dotnet", client, "--registry=memory")).Output.Should().Contain("error NotFound").And.Contain("packed-orders");
        (await Command.RunAsync("dotnet", client, "--registry=nosuch")).Should().Match<Command>(run => run.ExitCode == 2 && run.Output.Contains("unknown registry 'nosuch'"));
        (await Command.RunAsync("dotnet", client, "--help")).Succeeded().Output.Should().Contain("name to greet");
        (await serving.StopAsync()).Should().Be(0, serving.Said);
    }
}

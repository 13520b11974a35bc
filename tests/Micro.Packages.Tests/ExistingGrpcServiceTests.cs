using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using GrpcGreeter;
using Micro.Codecs;
using CallOptions = Micro.Client.CallOptions;

namespace Micro.Packages.Tests;

/// <summary>A service as the gRPC template of ASP.NET Core makes it joins a fleet by another Program.cs and a package reference.</summary>
[Collection(PackedRepositoryCollection.Name)]
public sealed class ExistingGrpcServiceTests(PackedRepository repository)
{
    private const string Program = """
        using GrpcGreeter.Services;

        var builder = WebApplication.CreateBuilder(args);

        // Add services to the container.
        builder.Services.AddMicro(o => o.Name("greeter")).Handle<GreeterService>();

        var app = builder.Build();

        // Configure the HTTP request pipeline.
        app.MapGet("/", () => "Communication with gRPC endpoints must be made through a gRPC client.");

        app.Run();
        """;

    private const string Service = """
        using Grpc.Core;
        using GrpcGreeter;

        namespace GrpcGreeter.Services;

        public class GreeterService : Greeter.GreeterBase
        {
            private readonly ILogger<GreeterService> _logger;

            public GreeterService(ILogger<GreeterService> logger)
            {
                _logger = logger;
            }

            public override Task<HelloReply> SayHello(HelloRequest request, ServerCallContext context)
            {
                _logger.LogInformation("The message is received from {Name}", request.Name);

                return Task.FromResult(new HelloReply
                {
                    Message = "Hello " + request.Name
                });
            }
        }
        """;

    private const string Settings = """
        {
          "Logging": { "LogLevel": { "Default": "Information", "Microsoft.AspNetCore": "Warning" } },
          "AllowedHosts": "*",
          "Kestrel": { "EndpointDefaults": { "Protocols": "Http2" } }
        }
        """;

    [Fact]
    public async Task Service_OfTheGrpcTemplate_IsCalledByGoAndGrpcAndMucpCallers()
    {
        var user = await TemplateFolder.CreateEmptyAsync(repository, "grpc-user");
        await user.WriteAsync("GrpcGreeter/GrpcGreeter.csproj", Project());
        await user.WriteAsync("GrpcGreeter/Program.cs", Program);
        await user.WriteAsync("GrpcGreeter/Services/GreeterService.cs", Service);
        await user.WriteAsync("GrpcGreeter/appsettings.json", Settings);
        await user.WriteAsync("GrpcGreeter/Protos/greet.proto", await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "tests", "Micro.Packages.Tests", "Protos", "greet.proto")));
        var program = await user.BuildAsync("GrpcGreeter");

        using var serving = await SampleProcess.StartAsync("dotnet", program, "--registry=memory", "--urls=http://127.0.0.1:0", $"--contentRoot={Path.GetDirectoryName(program)}");

        (await GoStyleAsync(serving.Address)).Should().Be("Hello Go");
        (await GrpcAsync(serving.Address)).Should().Be("Hello gRPC");
        await using var service = MicroService.Create(o => o.Name("caller").UseMemory().IgnoreEnvironment().Logging(static _ => { }));
        foreach (var contentType in new[] { ContentTypes.Json, ContentTypes.Protobuf })
        {
            var options = new CallOptions { Addresses = [serving.Address], ContentType = contentType };
            (await service.Client.CallAsync<HelloRequest, HelloReply>("greeter", "Greeter.SayHello", new HelloRequest { Name = contentType }, options)).Message
                .Should().Be($"Hello {contentType}");
            (await new Greeter.GreeterClient(service.Client.AsCallInvoker("greeter", options)).SayHelloAsync(new HelloRequest { Name = "stub" })).Message
                .Should().Be("Hello stub");
        }

        serving.Said.Should().Contain("The message is received from Go", "the injected logger is that of the host");
        (await serving.StopAsync()).Should().Be(0, serving.Said);
    }

    /// <summary>Calls as go-micro's gRPC client does: the name of the micro service stands in place of the package.</summary>
    private static async Task<string> GoStyleAsync(string address)
    {
        using var channel = GrpcChannel.ForAddress($"http://{address}");
        var method = new Method<HelloRequest, HelloReply>(MethodType.Unary, "greeter.Greeter", "SayHello", MarshallerOf(HelloRequest.Parser), MarshallerOf(HelloReply.Parser));
        var headers = new Metadata { { "timeout", "5000000000" }, { "x-content-type", "application/protobuf" } };
        using var call = channel.CreateCallInvoker().AsyncUnaryCall(method, null, new Grpc.Core.CallOptions(headers), new HelloRequest { Name = "Go" });
        return (await call).Message;
    }

    private static async Task<string> GrpcAsync(string address)
    {
        using var channel = GrpcChannel.ForAddress($"http://{address}");
        return (await new Greeter.GreeterClient(channel).SayHelloAsync(new HelloRequest { Name = "gRPC" })).Message;
    }

    private static Marshaller<T> MarshallerOf<T>(MessageParser<T> parser)
        where T : IMessage<T> =>
        Marshallers.Create(static message => message.ToByteArray(), parser.ParseFrom);

    private string Project() => $"""
        <Project Sdk="Microsoft.NET.Sdk.Web">

          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>

          <ItemGroup>
            <Protobuf Include="Protos\greet.proto" GrpcServices="Server" />
          </ItemGroup>

          <ItemGroup>
            <PackageReference Include="Grpc.AspNetCore" Version="2.85.0" />
            <PackageReference Include="Micro" Version="{repository.Version}" />
          </ItemGroup>

        </Project>
        """;
}

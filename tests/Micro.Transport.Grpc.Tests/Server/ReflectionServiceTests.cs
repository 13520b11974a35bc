using Google.Protobuf.Reflection;
using Greeter;
using Grpc.Core;
using Micro.Server;
using Micro.Transport.Grpc.Server.Api;

namespace Micro.Transport.Grpc.Tests.Server;

public sealed class ReflectionServiceTests
{
    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task Greeter_IsListedDescribedAndCallableWithoutItsFile(string version)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        await using var stream = Open(channel, version);

        var listed = await AskAsync(stream, new ServerReflectionRequest { ListServices = "*" });
        listed.ListServicesResponse.Service.Select(service => service.Name).Should().Contain(["greeter.Greeter", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]);

        // What a tool does: files to descriptors, descriptors to a call.
        var files = await AskAsync(stream, new ServerReflectionRequest { FileContainingSymbol = "greeter.Greeter" });
        var method = Build(files).SelectMany(file => file.Services).Single(service => service.FullName == "greeter.Greeter").FindMethodByName("Hello");
        method.InputType.FullName.Should().Be("greeter.Request");
        var path = $"/{method.Service.FullName}/{method.Name}";
        (await channel.CallAsync(StandardMethod.Create<Request, Response>(path), new Request { Name = "Anna" })).Msg.Should().Be("Hello Anna");
    }

    [Fact]
    public async Task MethodsThatNoFileDeclares_AreDescribedFromTheirMessages()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server =>
            server.Handle<Request, Response>("Other.Hello", (request, _) => Task.FromResult(new Response { Msg = request.Name })));
        await using var channel = fixture.Connect();
        await using var stream = Open(channel);

        var rest = await DescribeAsync(stream, "endpoints.Greeter");
        rest.Methods.Select(method => method.Name).Should().Equal("Sum");
        rest.FindMethodByName("Sum").IsClientStreaming.Should().BeTrue();
        var other = await DescribeAsync(stream, "greeter.Other");
        other.FindMethodByName("Hello").IsClientStreaming.Should().BeFalse();
        other.FindMethodByName("Hello").OutputType.FullName.Should().Be("greeter.Response");
        (await channel.CallAsync(StandardMethod.Create<Request, Response>("/greeter.Other/Hello"), new Request { Name = "Anna" })).Msg.Should().Be("Anna");
    }

    [Fact]
    public async Task HandlerOfPlainTypes_IsListedWithoutFile()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server => server.Handle<string, string>("Plain.Echo", (text, _) => Task.FromResult(text)));
        await using var channel = fixture.Connect();
        await using var stream = Open(channel);

        var listed = await AskAsync(stream, new ServerReflectionRequest { ListServices = "" });
        var file = await AskAsync(stream, new ServerReflectionRequest { FileContainingSymbol = "greeter.Plain" });

        listed.ListServicesResponse.Service.Select(service => service.Name).Should().Contain("greeter.Plain").And.NotContain(name => name.Contains("Debug"));
        file.ErrorResponse.ErrorCode.Should().Be((int)StatusCode.NotFound);
        file.ErrorResponse.ErrorMessage.Should().Contain("application/grpc+json");
    }

    [Fact]
    public async Task Files_ByNameAndSymbol_OrAnError()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        await using var stream = Open(channel);

        (await FileNamesAsync(stream, new ServerReflectionRequest { FileByFilename = "greeter.proto" })).Should().Equal("greeter.proto");
        (await FileNamesAsync(stream, new ServerReflectionRequest { FileContainingSymbol = "greeter.Request" })).Should().Equal("greeter.proto");
        (await FileNamesAsync(stream, new ServerReflectionRequest { FileContainingSymbol = "greeter.Request.name" })).Should().Equal("greeter.proto");
        (await FileNamesAsync(stream, new ServerReflectionRequest { FileContainingSymbol = "grpc.health.v1.Health.Watch" })).Should().Equal("health.proto");
        (await AskAsync(stream, new ServerReflectionRequest { FileByFilename = "nope.proto" })).ErrorResponse.ErrorCode.Should().Be(5);
        (await AskAsync(stream, new ServerReflectionRequest { FileContainingSymbol = "greeter.Nope" })).ErrorResponse.ErrorCode.Should().Be(5);
        (await AskAsync(stream, new ServerReflectionRequest { FileContainingExtension = new ExtensionRequest { ContainingType = "greeter.Request", ExtensionNumber = 1 } }))
            .ErrorResponse.ErrorCode.Should().Be(5);
        (await AskAsync(stream, new ServerReflectionRequest { AllExtensionNumbersOfType = "greeter.Request" }))
            .AllExtensionNumbersResponse.ExtensionNumber.Should().BeEmpty();
        (await AskAsync(stream, new ServerReflectionRequest { AllExtensionNumbersOfType = "greeter.Nope" })).ErrorResponse.ErrorCode.Should().Be(5);
        (await AskAsync(stream, new ServerReflectionRequest { Host = "h" })).ErrorResponse.ErrorCode.Should().Be(3);
    }

    [Fact]
    public async Task OpenStream_DoesNotHoldUpTheStop()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        await using var stream = Open(channel);
        await AskAsync(stream, new ServerReflectionRequest { ListServices = "" });
        var next = stream.ReadAsync().AsTask();

        await fixture.Server.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        var error = (await FluentActions.Awaiting(() => next).Should().ThrowAsync<RpcException>()).Which;
        error.StatusCode.Should().Be(StatusCode.Unavailable, error.ToString());
    }

    [Fact]
    public async Task GrpcReflection_SwitchedOff_IsUnimplemented()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.GrpcReflection = false);
        await using var channel = fixture.Connect();
        await using var stream = Open(channel);

        (await FluentActions.Awaiting(() => stream.ReadAsync().AsTask()).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
    }

    [Fact]
    public async Task Interceptors_GuardTheDescriptionToo()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.Interceptors.Add(new Guard()));
        await using var channel = fixture.Connect();
        await using var stream = Open(channel);

        (await FluentActions.Awaiting(() => stream.ReadAsync().AsTask()).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unauthenticated);
    }

    private static StandardStream<ServerReflectionRequest, ServerReflectionResponse> Open(StandardClient channel, string version = "v1") =>
        channel.OpenStream(StandardMethod.Create<ServerReflectionRequest, ServerReflectionResponse>($"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"));

    private static async Task<ServerReflectionResponse> AskAsync(StandardStream<ServerReflectionRequest, ServerReflectionResponse> stream, ServerReflectionRequest request)
    {
        await stream.WriteAsync(request);
        var response = (await stream.ReadAsync())!;
        response.OriginalRequest.Should().Be(request);
        return response;
    }

    private static async Task<ServiceDescriptor> DescribeAsync(StandardStream<ServerReflectionRequest, ServerReflectionResponse> stream, string service) =>
        Build(await AskAsync(stream, new ServerReflectionRequest { FileContainingSymbol = service })).SelectMany(file => file.Services).Single(found => found.FullName == service);

    private static async Task<List<string>> FileNamesAsync(StandardStream<ServerReflectionRequest, ServerReflectionResponse> stream, ServerReflectionRequest request) =>
        [.. Build(await AskAsync(stream, request)).Select(file => file.Name)];

    private static IReadOnlyList<FileDescriptor> Build(ServerReflectionResponse response) =>
        FileDescriptor.BuildFromByteStrings(response.FileDescriptorResponse.FileDescriptorProto.Reverse());

    private sealed class Guard : IHandlerInterceptor
    {
        public ValueTask InvokeAsync(HandlerContext context, Func<HandlerContext, ValueTask> next) =>
            throw MicroException.Unauthorized("greeter", "who are you?");
    }
}

using Micro.Server;
using Micro.Server.Handlers;
using Micro.Transport.Grpc.Server.Api;
using Microsoft.AspNetCore.Authorization;
using Request = Micro.Transport.Grpc.Server.Api.ServerReflectionRequest;
using Response = Micro.Transport.Grpc.Server.Api.ServerReflectionResponse;

namespace Micro.Transport.Grpc.Server.Reflection;

/// <summary>
/// Server reflection, <c>grpc.reflection.v1</c> and, with the same messages, <c>v1alpha</c>. The server's interceptors run
/// around it, so that it is protected as the endpoints are: with authentication it needs a token.
/// </summary>
internal sealed class ReflectionService(ProtocolHost host, ServiceCatalog catalog)
{
    public IEnumerable<KeyValuePair<string, EndpointInvoker>> Endpoints()
    {
        var invoker = EndpointInvokers.Stream<Request, Response>(
            "ServerReflection.ServerReflectionInfo", AnswerAllAsync, null, [.. host.Options.Interceptors], isInternal: true, attributes: [new AuthorizeAttribute()]);
        yield return new("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", invoker);
        yield return new("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", invoker);
    }

    private async Task AnswerAllAsync(IServerStream<Request, Response> stream, HandlerContext context)
    {
        // A tool that keeps its stream open must not delay the stop.
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, host.Closing);
        try
        {
            await foreach (var request in stream.ReadAllAsync(linked.Token).ConfigureAwait(false))
            {
                await stream.WriteAsync(Answer(request), context.CancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (host.Closing.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw MicroException.Unavailable(host.ServiceName, "server is stopping");
        }
    }

    private Response Answer(Request request)
    {
        var response = new Response { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case Request.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse { Service = { catalog.Services.Select(static name => new ServiceResponse { Name = name }) } };
                break;
            case Request.MessageRequestOneofCase.FileByFilename:
                SetFile(response, catalog.Symbols.FindFile(request.FileByFilename), $"file not found: {request.FileByFilename}");
                break;
            case Request.MessageRequestOneofCase.FileContainingSymbol:
                SetFile(response, catalog.Symbols.FindSymbol(request.FileContainingSymbol), SymbolNotFound(request.FileContainingSymbol));
                break;
            case Request.MessageRequestOneofCase.FileContainingExtension:
                var extension = request.FileContainingExtension;
                SetFile(
                    response,
                    catalog.Symbols.FindExtension(extension.ContainingType, extension.ExtensionNumber),
                    $"extension not found: {extension.ContainingType} {extension.ExtensionNumber}");
                break;
            case Request.MessageRequestOneofCase.AllExtensionNumbersOfType:
                SetNumbers(response, request.AllExtensionNumbersOfType);
                break;
            default:
                SetError(response, StatusCode.InvalidArgument, "the request is empty");
                break;
        }

        return response;
    }

    private string SymbolNotFound(string name) =>
        catalog.Services.Contains(name)
            ? $"{name} has no protobuf messages, so there is no file: call it with the content type application/grpc+json"
            : $"symbol not found: {name}";

    private void SetNumbers(Response response, string type)
    {
        if (catalog.Symbols.ExtensionNumbers(type) is { } numbers)
        {
            response.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = type, ExtensionNumber = { numbers } };
        }
        else
        {
            SetError(response, StatusCode.NotFound, $"type not found: {type}");
        }
    }

    private static void SetFile(Response response, DescriptorFile? file, string error)
    {
        if (file is null)
        {
            SetError(response, StatusCode.NotFound, error);
        }
        else
        {
            response.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { file.WithImports().Select(static part => part.Bytes) } };
        }
    }

    private static void SetError(Response response, StatusCode code, string message) =>
        response.ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message };
}

# The service in a container; compose.yaml runs it with PostgreSQL.
FROM python:3.12-slim
COPY . /source
RUN pip install --no-cache-dir '/source[app]' && rm -r /source && useradd --create-home ki67 && install -d -o ki67 /data
USER ki67
VOLUME /data
ENV KI67_DATA=/data
EXPOSE 8067
ENTRYPOINT ["ki67", "app", "--host", "0.0.0.0"]
